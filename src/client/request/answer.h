/*
 * answer.h
 *		Is what came the answer to what was asked?
 *
 * The decoder knows the form of answers, this file which of them a request can
 * have.  Whoever stands between, or an endpoint that is none of DynamoDB's,
 * may answer anything: {} would be an empty page or no row, a condition that
 * failed where there was none would send a write round for ever.
 */
#ifndef DYNAMORM_CLIENT_ANSWER_H
#define DYNAMORM_CLIENT_ANSWER_H

#include "postgres.h"

#include "client/request/request_spec.h"

/*
 * Is it the table's name in an answer?  A table that is named by its ARN may
 * be called by its name alone.
 */
extern bool answer_names_table(const char *table, const char *name);

/*
 * Why a decoded success is no answer to the request: a constant that goes on
 * behind a colon, "" if there is nothing more to be said; NULL: it is one.
 * tells_capacity: the endpoint has told before what a request has consumed,
 * which every request wants to know.
 */
extern const char *answer_problem(const RequestSpec *spec,
								  const Response *response,
								  bool tells_capacity);

/*
 * Why a refusal with DynamoDB's exception code (NULL: it had none) is no
 * answer to the request, in such words, as far as what the caller does next
 * depends on it.  response may be NULL.
 */
extern const char *answer_refusal_problem(const RequestSpec *spec,
										  const char *code,
										  const Response *response);

/*
 * Why a body that is not decoded is not whole: a constant; NULL: it is a JSON
 * object.
 */
extern const char *answer_text_problem(const char *body, int length);

/*
 * The code of "prefix#Code:uri", as X-Amzn-Errortype has it; in the current
 * memory context.
 */
extern const char *answer_error_code(const char *header);

#endif							/* DYNAMORM_CLIENT_ANSWER_H */
