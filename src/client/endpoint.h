/*
 * endpoint.h
 *		Region and endpoint, where the options do not name them.
 *
 * Source: AWS SDKs and Tools Reference Guide, "AWS Region", "Service-specific
 * endpoints" and "Dual-stack and FIPS endpoints".
 */
#ifndef DYNAMORM_CLIENT_ENDPOINT_H
#define DYNAMORM_CLIENT_ENDPOINT_H

/*
 * The region that the server's environment or the shared files name; NULL:
 * none.  profile NULL: AWS_PROFILE, or "default".  Allocated in the current
 * memory context, as are the others.
 */
extern const char *endpoint_configured_region(const char *profile);

/* The same for the endpoint of DynamoDB; not checked. */
extern const char *endpoint_configured(const char *profile);

/* The endpoint of DynamoDB in a region of Amazon's. */
extern const char *endpoint_of_region(const char *region);

#endif							/* DYNAMORM_CLIENT_ENDPOINT_H */
