/*
 * wait_reason.c
 *		Why a session waits that waits for requests.
 */
#include "postgres.h"

#include "compat.h"

#include "client/request/request_state.h"
#include "client/request/unit_limit.h"
#include "client/request/wait_reason.h"

WaitReason
wait_reason(Request *const *requests, int count)
{
	WaitReason	reason = WAIT_BEFORE_RETRY;

	for (int i = 0; i < count; i++)
	{
		const RequestSpec *spec = &requests[i]->spec;

		if (!requests[i]->waiting)
			return spec->commit_token != NULL || spec->settles
				? WAIT_FOR_COMMIT : WAIT_FOR_ANSWER;
		if (unit_limit_delays(requests[i]))
			reason = WAIT_FOR_UNITS;
	}
	return reason;
}
