/*
 * hook.h
 *		The planner's hooks, and who is called from them.
 */
#ifndef DYNAMORM_FDW_HOOK_H
#define DYNAMORM_FDW_HOOK_H

/*
 * Takes the hooks and makes the custom scan nodes known; called once, when the
 * library is loaded.
 */
extern void hook_register(void);

#endif							/* DYNAMORM_FDW_HOOK_H */
