/* SPDX-License-Identifier: Apache-2.0
 *
 * host.c - facts about where we are; see host.h.
 */
#include "capture/host.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "formats/core/buf.h"
#include "formats/core/clock.h"
#include "formats/core/io.h"

#define LINE_FIELDS 7
#define IFACES_MAX  256

static const char *dup_text(struct htr_arena *mem, const char *s, size_t len)
{
	const char *p = htr_arena_dup(mem, s, len);

	return p ? p : "";
}

/* ---- passwd, group ------------------------------------------------------------------------------------ */

struct field {
	const char *at;
	size_t len;
};

/* Split one line at colons; returns the number of fields. */
static unsigned split(const char *line, size_t len, struct field out[LINE_FIELDS])
{
	unsigned n = 0;

	for (size_t at = 0; n < LINE_FIELDS; n++) {
		const char *colon = at <= len ? memchr(line + at, ':', len - at) : NULL;

		out[n].at = line + at;
		out[n].len = colon ? (size_t)(colon - line) - at : len - at;
		if (!colon) {
			return n + 1;
		}
		at = (size_t)(colon - line) + 1;
	}
	return n;
}

static bool to_id(const struct field *f, uint32_t *ret)
{
	uint64_t v = 0;

	if (f->len == 0 || f->len > 10) {
		return false;
	}
	for (size_t i = 0; i < f->len; i++) {
		if (!isdigit((unsigned char)f->at[i])) {
			return false;
		}
		v = v * 10 + (uint64_t)(f->at[i] - '0');
	}
	*ret = (uint32_t)v;
	return v <= UINT32_MAX;
}

static unsigned count_lines(const char *text)
{
	unsigned n = 1;

	for (; *text && n < HOST_USERS_MAX; text++) {
		n += *text == '\n';
	}
	return n;
}

int host_parse_users(const char *text, struct htr_user_fact **ret, struct htr_arena *mem)
{
	unsigned max = count_lines(text);
	struct htr_user_fact *u = htr_arena_array(mem, max, sizeof(*u));
	unsigned n = 0;

	if (!u) {
		return -ENOMEM;
	}
	while (*text && n < max) {
		size_t len = strcspn(text, "\n");
		struct field f[LINE_FIELDS];

		if (split(text, len, f) >= 7 && to_id(&f[2], &u[n].uid) &&
		    to_id(&f[3], &u[n].gid)) {
			u[n].name = dup_text(mem, f[0].at, f[0].len);
			u[n].home = dup_text(mem, f[5].at, f[5].len);
			u[n].shell = dup_text(mem, f[6].at, f[6].len);
			n++;
		}
		text += len + (text[len] == '\n');
	}
	*ret = u;
	return (int)n;
}

int host_parse_groups(const char *text, struct htr_group_fact **ret, struct htr_arena *mem)
{
	unsigned max = count_lines(text);
	struct htr_group_fact *g = htr_arena_array(mem, max, sizeof(*g));
	unsigned n = 0;

	if (!g) {
		return -ENOMEM;
	}
	while (*text && n < max) {
		size_t len = strcspn(text, "\n");
		struct field f[LINE_FIELDS];

		if (split(text, len, f) >= 3 && to_id(&f[2], &g[n].gid)) {
			g[n].name = dup_text(mem, f[0].at, f[0].len);
			n++;
		}
		text += len + (text[len] == '\n');
	}
	*ret = g;
	return (int)n;
}

static int users_and_groups(struct htr_facts *f, struct htr_arena *mem)
{
	cleanup_buf struct htr_buf text = { 0 };
	struct htr_user_fact *u = NULL;
	struct htr_group_fact *g = NULL;
	int n;

	if (htr_read_file("/etc/passwd", &text, HOST_FILE_MAX, NULL) >= 0) {
		n = host_parse_users(htr_buf_str(&text), &u, mem);
		if (n < 0) {
			return n;
		}
		f->users = u;
		f->n_users = (uint32_t)n;
	}
	htr_buf_reset(&text);
	if (htr_read_file("/etc/group", &text, HOST_FILE_MAX, NULL) >= 0) {
		n = host_parse_groups(htr_buf_str(&text), &g, mem);
		if (n < 0) {
			return n;
		}
		f->groups = g;
		f->n_groups = (uint32_t)n;
	}
	return 0;
}

/* ---- interfaces ---------------------------------------------------------------------------------------- */

static uint8_t prefix_of(const uint8_t *mask, size_t len)
{
	uint8_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n = (uint8_t)(n + __builtin_popcount(mask[i]));
	}
	return n;
}

static bool take_iface(struct htr_iface_fact *out, const struct ifaddrs *i, struct htr_arena *mem)
{
	if (!i->ifa_addr) {
		return false;
	}
	*out = (struct htr_iface_fact){ .family = i->ifa_addr->sa_family };
	if (out->family == AF_INET) {
		const struct sockaddr_in *a = (const void *)i->ifa_addr;
		const struct sockaddr_in *m = (const void *)i->ifa_netmask;

		memcpy(out->ip, &a->sin_addr, 4);
		out->prefix_len = m ? prefix_of((const uint8_t *)&m->sin_addr, 4) : 32;
	} else if (out->family == AF_INET6) {
		const struct sockaddr_in6 *a = (const void *)i->ifa_addr;
		const struct sockaddr_in6 *m = (const void *)i->ifa_netmask;

		memcpy(out->ip, &a->sin6_addr, 16);
		out->prefix_len = m ? prefix_of((const uint8_t *)&m->sin6_addr, 16) : 128;
	} else {
		return false;
	}
	out->name = dup_text(mem, i->ifa_name, strlen(i->ifa_name));
	return true;
}

static int interfaces(struct htr_facts *f, struct htr_arena *mem)
{
	struct ifaddrs *all;
	struct htr_iface_fact *out = htr_arena_array(mem, IFACES_MAX, sizeof(*out));

	if (!out) {
		return -ENOMEM;
	}
	if (getifaddrs(&all) < 0) {
		return 0;
	}
	for (struct ifaddrs *i = all; i && f->n_ifaces < IFACES_MAX; i = i->ifa_next) {
		f->n_ifaces += take_iface(&out[f->n_ifaces], i, mem);
	}
	freeifaddrs(all);
	f->ifaces = out;
	return 0;
}

/* ---- container ------------------------------------------------------------------------------------------ */

const char *host_container_id(const char *text, struct htr_arena *mem)
{
	/* the ids of docker, containerd and cri-o are 64 hex digits; ECS on Fargate adds "-NUMBER" to 32 */
	for (const char *p = text; *p;) {
		size_t n = strspn(p, "0123456789abcdef");
		bool whole = p == text || (!isalnum((unsigned char)p[-1]));

		if (whole && n == 64 && !isalnum((unsigned char)p[n])) {
			return htr_arena_dup(mem, p, n);
		}
		if (whole && n == 32 && p[n] == '-' && isdigit((unsigned char)p[n + 1])) {
			return htr_arena_dup(mem, p, n + 1 + strspn(p + n + 1, "0123456789"));
		}
		p += n ? n : 1;
	}
	return NULL;
}

static void container(struct htr_facts *f, struct htr_arena *mem)
{
	/* not the mount table: on a host that runs containers it names other people's ids */
	static const char *const places[] = { "/proc/self/cgroup", "/proc/1/cpuset" };
	const char *priv = getenv("HOLTER_CONTAINER_PRIVILEGED");

	f->container_id = getenv("HOLTER_CONTAINER_ID");
	f->container_name = getenv("HOLTER_CONTAINER_NAME");
	f->container_image = getenv("HOLTER_CONTAINER_IMAGE");
	f->container_privileged =
		(int8_t)(!priv ? -1 : *priv == '1' || *priv == 'y' || *priv == 't');
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !f->container_id; i++) {
		cleanup_buf struct htr_buf text = { 0 };

		if (htr_read_file(places[i], &text, HOST_FILE_MAX, NULL) < 0) {
			continue;
		}
		f->container_id = host_container_id(htr_buf_str(&text), mem);
	}
}

/* Start of PID 1 of our namespace: field 22 of its stat, in ticks since boot. */
static int64_t init_start(int64_t real_ns, int64_t boot_ns)
{
	cleanup_buf struct htr_buf text = { 0 };
	unsigned long long ticks;

	if (htr_read_file("/proc/1/stat", &text, 4096, NULL) < 0) {
		return 0;
	}
	const char *p = strrchr(htr_buf_str(&text), ')');

	if (!p || sscanf(p + 1,
			 " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			 "%*d %llu",
			 &ticks) != 1) {
		return 0;
	}
	return real_ns - boot_ns + (int64_t)ticks * (1000000000LL / sysconf(_SC_CLK_TCK));
}

/* ---- all together ---------------------------------------------------------------------------------------- */

static const char *os_name(struct htr_arena *mem)
{
	cleanup_buf struct htr_buf text = { 0 };
	static const char key[] = "PRETTY_NAME=\"";

	if (htr_read_file("/etc/os-release", &text, 65536, NULL) < 0) {
		return NULL;
	}
	const char *p = strstr(htr_buf_str(&text), key);

	if (!p) {
		return NULL;
	}
	p += sizeof(key) - 1;
	return htr_arena_dup(mem, p, strcspn(p, "\"\n"));
}

static void machine(struct htr_facts *f, struct htr_arena *mem)
{
	struct utsname u;
	struct sysinfo si;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (uname(&u) == 0) {
		f->hostname = htr_arena_dup(mem, u.nodename, strlen(u.nodename));
		f->kernel_release = htr_arena_dup(mem, u.release, strlen(u.release));
		f->kernel_version = htr_arena_dup(mem, u.version, strlen(u.version));
	}
	if (sysinfo(&si) == 0) {
		f->mem_total = (uint64_t)si.totalram * si.mem_unit;
	}
	f->os_name = os_name(mem);
	f->n_cpus = cpus > 0 ? (uint32_t)cpus : 0;
	f->arch = (uint8_t)htr_arch_native();
}

int host_facts(struct htr_facts *f, struct htr_arena *mem, struct htr_err *err)
{
	memset(f, 0, sizeof(*f));
	f->start_mono_ns = htr_clock_ns(CLOCK_MONOTONIC);
	f->start_real_ns = htr_clock_ns(CLOCK_REALTIME);
	f->start_boot_ns = htr_clock_ns(CLOCK_BOOTTIME);
	f->time_unit_ns = 100;
	if (getrandom(f->session_id, sizeof(f->session_id), GRND_NONBLOCK) < 0) {
		memcpy(f->session_id, &f->start_real_ns, sizeof(f->start_real_ns));
	}
	machine(f, mem);
	container(f, mem);
	f->container_start_ns = init_start(f->start_real_ns, f->start_boot_ns);
	f->recorder_version = HOLTER_VERSION;
	f->redaction = "environment values by allow-list";
	if (users_and_groups(f, mem) < 0 || interfaces(f, mem) < 0) {
		return htr_err_set(err, -ENOMEM, "no memory for the facts of this host");
	}
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const uint16_t *x = a;
	const uint16_t *y = b;

	return *x - *y;
}

int host_captured(struct htr_facts *f, const struct plan *plan, struct htr_arena *mem)
{
	enum htr_arch arch = htr_arch_native();
	size_t n = plan_count(plan, arch);
	uint16_t *nr = htr_arena_array(mem, n, sizeof(*nr));
	size_t at = 0;

	if (!nr) {
		return -ENOMEM;
	}
	for (unsigned i = 0; i < htr_syscall_count() && at < n; i++) {
		if (plan->how[i] != HOW_NOT && htr_syscall_at(i)->nr[arch] >= 0) {
			nr[at++] = (uint16_t)htr_syscall_at(i)->nr[arch];
		}
	}
	qsort(nr, at, sizeof(*nr), by_value);
	f->captured = nr;
	f->n_captured_calls = at;
	return 0;
}

const char *host_join(char *const *argv, struct htr_arena *mem)
{
	cleanup_buf struct htr_buf b = { 0 };

	for (size_t i = 0; argv[i]; i++) {
		htr_buf_printf(&b, "%s%s", i ? " " : "", argv[i]);
	}
	return htr_arena_dup(mem, htr_buf_str(&b), b.len);
}
