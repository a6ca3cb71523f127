/*
 * descriptor.h
 *		The file descriptors of this session that PostgreSQL does not open.
 *
 * fd.c lets a backend have max_safe_fds open files, and extensions have a
 * third of them, if they say so: whatever they do not count is taken from
 * tables.  So all that lasts is counted, and what is idle is closed when
 * somebody is short of descriptors.
 *
 * Source: storage/file/fd.c, AcquireExternalFD().
 */
#ifndef DYNAMORM_CLIENT_DESCRIPTOR_H
#define DYNAMORM_CLIENT_DESCRIPTOR_H

#include "postgres.h"

#include "lib/ilist.h"

/* One who has descriptors that can be closed while they are not used. */
typedef struct DescriptorHolder
{
	dlist_node	node;			/* in the list of holders, by their last use */
	bool		listed;			/* it is there */
	int			count;			/* descriptors counted for it */
	/* Closes them all, and counts them no longer; false: they are in use */
	bool		(*close_idle) (struct DescriptorHolder *holder);
} DescriptorHolder;

/* Puts a holder into the list, as the one that was used last. */
extern void descriptors_note_use(DescriptorHolder *holder);

/* Takes a holder from the list; its descriptors must have been released. */
extern void descriptors_forget(DescriptorHolder *holder);

/*
 * Counts so many descriptors for a holder, all or none, closing those of other
 * holders that are idle if need be.  A few are left for others, unless it is
 * urgent.  False if there are not enough.  Raises nothing.
 */
extern bool descriptors_acquire(DescriptorHolder *holder, int count,
								bool urgent);

/* Counts so many descriptors that are open already, whatever the limit. */
extern void descriptors_count(DescriptorHolder *holder, int count);

extern void descriptors_release(DescriptorHolder *holder, int count);

/*
 * Closes the idle descriptors of the holder that was not used for longest,
 * other than the one that asks; false if all are in use.
 */
extern bool descriptors_close_idle(const DescriptorHolder *asking);

/* Would the kernel refuse another one now? */
extern bool descriptors_are_exhausted(void);

/*
 * Closes idle ones until no more are held than half of what extensions may
 * have: other extensions need some too.
 */
extern void descriptors_trim(void);

#endif							/* DYNAMORM_CLIENT_DESCRIPTOR_H */
