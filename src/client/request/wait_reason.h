/*
 * wait_reason.h
 *		Why a session waits that waits for requests.
 */
#ifndef DYNAMORM_CLIENT_WAIT_REASON_H
#define DYNAMORM_CLIENT_WAIT_REASON_H

#include "postgres.h"

#include "client/http/wait_event.h"
#include "client/request/request.h"

/*
 * The reason for waiting for any of these requests: an answer to one that is
 * under way goes before the limit of another one, and that before a retry.
 */
extern WaitReason wait_reason(Request *const *requests, int count);

#endif							/* DYNAMORM_CLIENT_WAIT_REASON_H */
