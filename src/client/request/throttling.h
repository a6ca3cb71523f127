/*
 * throttling.h
 *		Why DynamoDB throttles: its reasons, and what helps against each.
 */
#ifndef DYNAMORM_CLIENT_THROTTLING_H
#define DYNAMORM_CLIENT_THROTTLING_H

#include "postgres.h"

#include "client/wire/response.h"

/*
 * One of DynamoDB's reasons, with the table or index that it is about; in the
 * server's encoding, in the current memory context.
 */
extern char *throttling_text(const ThrottlingReason *reason);

/*
 * What helps, by the reasons in the answer (NULL: there is none), of which the
 * same is said once; in the current memory context.  If none of them is known:
 * what helps most often.
 */
extern const char *throttling_hint(const Response *response);

#endif							/* DYNAMORM_CLIENT_THROTTLING_H */
