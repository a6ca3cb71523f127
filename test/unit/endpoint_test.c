/*
 * endpoint_test.c
 *		Which hosts are Amazon's, and of which region.
 *
 * Links: src/client/credential/endpoint.c test/lib/unit/server.c -lpgcommon
 * -lpgport
 */
#include "postgres.h"

#include "compat.h"

#include "client/credential/endpoint.h"
#include "server.h"

/* region: "" for hosts that do not tell it. */
static void
check_host(const char *text, bool is_amazon, const char *region)
{
	Endpoint	endpoint;
	const char *found;

	report(endpoint_parse(text, &endpoint), text);
	report(endpoint_is_amazon(&endpoint) == is_amazon,
		   is_amazon ? "is Amazon's" : "is not Amazon's");
	found = endpoint_region(&endpoint);
	report_text(found != NULL ? found : "", region, "the region in its name");
}

int
main(void)
{
	check_host("https://dynamodb.eu-west-1.amazonaws.com", true, "eu-west-1");
	check_host("https://dynamodb.eu-west-1.amazonaws.com:443", true, "eu-west-1");
	check_host("https://DynamoDB.eu-west-1.AmazonAWS.com", true, "eu-west-1");
	check_host("https://dynamodb-fips.us-east-2.amazonaws.com", true, "us-east-2");
	check_host("https://123456789012.ddb.us-east-1.amazonaws.com", true, "us-east-1");
	check_host("https://dynamodb.eu-west-1.api.aws", true, "eu-west-1");
	check_host("https://123456789012.ddb.eu-west-1.api.aws", true, "eu-west-1");
	check_host("https://x.api.aws", true, "");
	check_host("https://x.amazonaws.eu", true, "");
	check_host("https://dynamodb.cn-north-1.amazonaws.com.cn", true, "cn-north-1");
	check_host("https://dynamodb.cn-north-1.api.amazonwebservices.com.cn", true,
			   "cn-north-1");
	check_host("https://dynamodb.eusc-de-east-1.amazonaws.eu", true,
			   "eusc-de-east-1");
	check_host("https://dynamodb.eusc-de-east-1.api.amazonwebservices.eu", true,
			   "eusc-de-east-1");
	check_host("https://dynamodb.us-iso-east-1.c2s.ic.gov", true, "us-iso-east-1");
	check_host("https://dynamodb.us-iso-east-1.api.aws.ic.gov", true,
			   "us-iso-east-1");
	check_host("https://dynamodb.us-isob-east-1.sc2s.sgov.gov", true,
			   "us-isob-east-1");
	check_host("https://dynamodb.us-isof-south-1.csp.hci.ic.gov", true,
			   "us-isof-south-1");
	check_host("https://dynamodb.eu-isoe-west-1.cloud.adc-e.uk", true,
			   "eu-isoe-west-1");
	check_host("https://vpce-1a-2b.dynamodb.us-east-1.vpce.amazonaws.com", true, "");

	check_host("https://localhost:8000", false, "");
	check_host("https://amazonaws.com", false, "");
	check_host("https://dynamodb.eu-west-1.amazonaws.com.example.com", false, "");
	check_host("https://dynamodb.eu-west-1.notamazonaws.com", false, "");
	check_host("https://dynamodb.eu-west-1.amazonaws", false, "");
	check_host("https://[::1]:8000", false, "");
	return report_end();
}
