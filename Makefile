# dynamorm_fdw: DynamoDB tables as foreign tables of PostgreSQL
#
#	make && sudo make install		builds and installs
#	make installcheck			regression tests; needs DYNAMODB_ENDPOINT
#	make dist				the last commit as an archive, .zip and .tar.gz
#	bash test/check				everything, on a machine that has nothing

EXTENSION = dynamorm_fdw
MODULE_big = dynamorm_fdw
PGFILEDESC = "dynamorm_fdw - DynamoDB tables as foreign tables"

srcdir_abs := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))

# Whatever version is installed here, and whatever it is brought to.
DATA := $(sort $(patsubst $(srcdir_abs)%,%,\
	$(wildcard $(srcdir_abs)sql/dynamorm_fdw--*.sql)))

SOURCES := $(sort $(patsubst $(srcdir_abs)%,%,$(wildcard \
	$(srcdir_abs)src/*.c $(srcdir_abs)src/*/*.c $(srcdir_abs)src/*/*/*.c)))
ALL_HEADERS := $(wildcard $(srcdir_abs)src/*.h $(srcdir_abs)src/*/*.h \
	$(srcdir_abs)src/*/*/*.h)
OBJS = $(SOURCES:.c=.o)

PG_CPPFLAGS := -I$(srcdir_abs)src $(shell pkg-config --cflags libcurl json-c libcrypto)
PG_CFLAGS = -fvisibility=hidden -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-field-initializers -Wno-declaration-after-statement
# The server was built with gcc: its headers and flags hold what clang lacks.
ifneq (,$(findstring clang,$(CC)))
PG_CFLAGS += -Wno-ignored-attributes -Wno-ignored-optimization-argument \
	-Wno-unknown-warning-option
endif
SHLIB_LINK := $(shell pkg-config --libs libcurl json-c libcrypto)

# "setup" makes the server that all others use.  The isolation specs follow in
# the same database.
REGRESS := setup $(filter-out setup dynamorm_fdw--%,$(sort \
	$(basename $(notdir $(wildcard $(srcdir_abs)sql/*.sql)))))
ISOLATION := $(sort $(basename $(notdir \
	$(wildcard $(srcdir_abs)test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=$(srcdir_abs)test/isolation --use-existing
TAP_TESTS = 1
PROVE_TESTS = test/t/*.pl

# The tests go through the proxy that counts their requests: installcheck
# starts it and does its work behind it.
ifndef BEHIND_PROXY
NO_INSTALLCHECK = 1
endif

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

ISOLATION_TESTDB = $(CONTRIB_TESTDB)

# Headers are few and stable: any change of one rebuilds everything.
$(OBJS): $(ALL_HEADERS)

# A build out of tree has to make the folders of its objects.  Their absolute
# names keep make from finding those of the source tree instead.
OBJECT_DIRS := $(addprefix $(CURDIR)/,$(patsubst %/,%,$(sort $(dir $(OBJS)))))
$(OBJS) $(OBJS:.o=.bc): | $(OBJECT_DIRS)
$(OBJECT_DIRS):
	@mkdir -p $@

ifndef BEHIND_PROXY
.PHONY: installcheck
installcheck:
	@bash $(srcdir_abs)test/lib/endpoint.sh '$(DYNAMODB_ENDPOINT)'
	@$(srcdir_abs)test/proxy --target '$(DYNAMODB_ENDPOINT)' --run sh -c \
		'$(MAKE) -f $(firstword $(MAKEFILE_LIST)) installcheck BEHIND_PROXY=1 \
			DYNAMODB_ENDPOINT=$$DYNAMODB_ENDPOINT'
else
export DYNAMODB_ENDPOINT
endif

# The control file says the version; that of a distribution has three numbers.
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" \
	$(srcdir_abs)dynamorm_fdw.control)
DIST = $(EXTENSION)-$(EXTVERSION).0

.PHONY: dist
dist:
	@for format in zip tar.gz; do \
		git -C $(srcdir_abs) archive --prefix=$(DIST)/ \
			--output=$(CURDIR)/$(DIST).$$format HEAD && echo $(DIST).$$format || exit 1; \
	done
