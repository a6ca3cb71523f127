/*
 * endpoint.h
 *		Region, endpoint and certificates, where the options do not name them.
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

/*
 * The region of the instance that the server runs on; NULL: it is none, or
 * does not say.  Not checked.  May wait for the network, as credential_get().
 */
extern const char *endpoint_instance_region(const char *profile);

/* The same for the file of certificates to trust; NULL: none. */
extern const char *endpoint_configured_ca_file(const char *profile);

/* The same for the endpoint of a service ("dynamodb", "sts"); not checked. */
extern const char *endpoint_configured(const char *service,
									   const char *profile);

/*
 * Does the machine's configuration ask for hosts with validated cryptography
 * (FIPS), or with IPv6 (dual-stack)?  Then no others may be used.
 */
extern bool endpoint_variant_wanted(const char *profile);

/* The endpoint of a service in a region of Amazon's. */
extern const char *endpoint_of_region(const char *service, const char *region,
									  const char *profile);

#endif							/* DYNAMORM_CLIENT_ENDPOINT_H */
