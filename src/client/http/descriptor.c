/*
 * descriptor.c
 *		The file descriptors of this session that PostgreSQL does not open.
 */
#include "postgres.h"

#include "compat.h"

#include <fcntl.h>
#include <unistd.h>

#include "storage/fd.h"

#include "client/http/descriptor.h"

/*
 * So many are left to others: a wait for several events takes one, and core
 * raises an internal error where it cannot have it.
 */
#define SPARE_DESCRIPTORS	3

static dlist_head holders = DLIST_STATIC_INIT(holders);
static int	total = 0;			/* of all holders */

void
descriptors_note_use(DescriptorHolder *holder)
{
	descriptors_forget(holder);
	dlist_push_tail(&holders, &holder->node);
	holder->listed = true;
}

void
descriptors_forget(DescriptorHolder *holder)
{
	if (holder->listed)
		dlist_delete(&holder->node);
	holder->listed = false;
}

bool
descriptors_close_idle(const DescriptorHolder *asking)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &holders)
	{
		DescriptorHolder *holder = dlist_container(DescriptorHolder, node,
												   iter.cur);

		if (holder != asking && holder->count > 0 &&
			holder->close_idle(holder))
			return true;
	}
	return false;
}

static bool
acquire_all(int count)
{
	int			acquired = 0;

	while (acquired < count && AcquireExternalFD())
		acquired++;
	if (acquired == count)
		return true;
	for (; acquired > 0; acquired--)
		ReleaseExternalFD();
	return false;
}

bool
descriptors_acquire(DescriptorHolder *holder, int count, bool urgent)
{
	int			spare = SPARE_DESCRIPTORS;

	while (!acquire_all(count + spare))
	{
		if (descriptors_close_idle(holder))
			continue;
		if (!urgent || spare == 0)
			return false;
		spare = 0;
	}
	for (; spare > 0; spare--)
		ReleaseExternalFD();
	holder->count += count;
	total += count;
	return true;
}

void
descriptors_count(DescriptorHolder *holder, int count)
{
	holder->count += count;
	total += count;
	for (; count > 0; count--)
		ReserveExternalFD();
}

void
descriptors_release(DescriptorHolder *holder, int count)
{
	holder->count -= count;
	total -= count;
	for (; count > 0; count--)
		ReleaseExternalFD();
}

bool
descriptors_are_exhausted(void)
{
	int			fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE;
	close(fd);
	return false;
}

void
descriptors_trim(void)
{
	while (total > max_safe_fds / 6 && descriptors_close_idle(NULL))
		;
}
