/*
 * memcheck.h
 *		Stands before valgrind's header of the same name while PostgreSQL is
 *		built for the tests: what its memory contexts tell valgrind of each
 *		piece of memory, AddressSanitizer is told as well.
 *
 * So both see a byte read beyond what was allocated, or after it was freed,
 * inside of a block of a context.  The functions are there only in a process
 * that AddressSanitizer has been loaded into.
 */
#ifndef DYNAMORM_TEST_MEMCHECK_H
#define DYNAMORM_TEST_MEMCHECK_H

#include_next <valgrind/memcheck.h>

extern void __asan_poison_memory_region(void const volatile *address,
										__SIZE_TYPE__ size)
			__attribute__((weak));
extern void __asan_unpoison_memory_region(void const volatile *address,
										  __SIZE_TYPE__ size)
			__attribute__((weak));

static inline void
forbid_memory(const void *address, __SIZE_TYPE__ size)
{
	if (__asan_poison_memory_region)
		__asan_poison_memory_region(address, size);
	(void) VALGRIND_MAKE_MEM_NOACCESS(address, size);
}

static inline void
allow_memory(const void *address, __SIZE_TYPE__ size)
{
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(address, size);
}

static inline void
allow_undefined_memory(const void *address, __SIZE_TYPE__ size)
{
	allow_memory(address, size);
	(void) VALGRIND_MAKE_MEM_UNDEFINED(address, size);
}

static inline void
allow_defined_memory(const void *address, __SIZE_TYPE__ size)
{
	allow_memory(address, size);
	(void) VALGRIND_MAKE_MEM_DEFINED(address, size);
}

static inline void
allow_pool_memory(const void *pool, const void *address, __SIZE_TYPE__ size)
{
	allow_memory(address, size);
	VALGRIND_MEMPOOL_ALLOC(pool, address, size);
}

static inline void
change_pool_memory(const void *pool, const void *old_address,
				   const void *address, __SIZE_TYPE__ size)
{
	allow_memory(address, size);
	VALGRIND_MEMPOOL_CHANGE(pool, old_address, address, size);
}

#undef VALGRIND_MAKE_MEM_NOACCESS
#define VALGRIND_MAKE_MEM_NOACCESS(address, size) \
	forbid_memory((const void *) (address), size)
#undef VALGRIND_MAKE_MEM_UNDEFINED
#define VALGRIND_MAKE_MEM_UNDEFINED(address, size) \
	allow_undefined_memory((const void *) (address), size)
#undef VALGRIND_MAKE_MEM_DEFINED
#define VALGRIND_MAKE_MEM_DEFINED(address, size) \
	allow_defined_memory((const void *) (address), size)
#undef VALGRIND_MEMPOOL_ALLOC
#define VALGRIND_MEMPOOL_ALLOC(pool, address, size) \
	allow_pool_memory((const void *) (pool), (const void *) (address), size)
#undef VALGRIND_MEMPOOL_CHANGE
#define VALGRIND_MEMPOOL_CHANGE(pool, old_address, address, size) \
	change_pool_memory((const void *) (pool), (const void *) (old_address), \
					   (const void *) (address), size)

#endif							/* DYNAMORM_TEST_MEMCHECK_H */
