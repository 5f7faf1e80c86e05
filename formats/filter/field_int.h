/* SPDX-License-Identifier: Apache-2.0
 *
 * field_int.h - getters of the fields and the numbers that select what a shared getter gives. Only field*.c
 * include it.
 */
#ifndef HTR_FILTER_FIELD_INT_H
#define HTR_FILTER_FIELD_INT_H

#include "formats/filter/filter_int.h"

#define GETTER(name) \
	bool name(struct fctx *fx, struct field_ref *ref, unsigned nth, struct value *out)

GETTER(get_missing);
GETTER(get_false);

/* field_evt.c, field_time.c */
enum {
	E_NUM,
	E_COUNT,
	E_COUNT_ERROR,
	E_RAWRES,
	E_RAWTIME,
	E_RAWTIME_S,
	E_RAWTIME_NS,
	E_RELTIME,
	E_RELTIME_S,
	E_RELTIME_NS
};
enum { T_TIME, T_TIME_S, T_ISO, T_DATETIME, T_DATETIME_S };
enum { L_NS, L_SECONDS, L_FRACTION, L_HUMAN, L_WAIT };
enum {
	B_FALSE,
	B_FAILED,
	B_IO,
	B_IO_READ,
	B_IO_WRITE,
	B_WAIT,
	B_SYSLOG,
	B_OPEN_READ,
	B_OPEN_WRITE,
	B_OPEN_EXEC,
	B_OPEN_CREATE,
	B_TAINTED,
	B_UNSTABLE,
	B_ENTRY_ONLY,
};
GETTER(get_evt_abspath);
GETTER(get_evt_arg);
GETTER(get_evt_args);
GETTER(get_evt_bool);
GETTER(get_evt_buffer);
GETTER(get_evt_buflen);
GETTER(get_evt_category);
GETTER(get_evt_dir);
GETTER(get_evt_io_dir);
GETTER(get_evt_latency);
GETTER(get_evt_num);
GETTER(get_evt_rawarg);
GETTER(get_evt_res);
GETTER(get_evt_source);
GETTER(get_evt_time);
GETTER(get_evt_type);
GETTER(get_evt_type_is);
GETTER(get_syscall_type);

/* field_fd.c */
enum { S_CLIENT, S_SERVER, S_LOCAL, S_REMOTE };
enum { FN_NUM, FN_DEV, FN_MAJOR, FN_MINOR, FN_INO };
enum { FB_CONNECTED, FB_CHANGED, FB_SERVER };
GETTER(get_fd_bool);
GETTER(get_fd_container);
GETTER(get_fd_directory);
GETTER(get_fd_end_ports);
GETTER(get_fd_ends);
GETTER(get_fd_family);
GETTER(get_fd_filename);
GETTER(get_fd_name);
GETTER(get_fd_nameraw);
GETTER(get_fd_num);
GETTER(get_fd_port);
GETTER(get_fd_proto);
GETTER(get_fd_side);
GETTER(get_fd_type);
GETTER(get_fd_typechar);
GETTER(get_fd_types);
GETTER(get_fd_uid);
GETTER(get_std_fd);

/* field_proc.c */
enum { P_NAME, P_EXE, P_EXEPATH, P_ARGS, P_CMDLINE };
enum {
	PN_PID,
	PN_PPID,
	PN_VPID,
	PN_PVPID,
	PN_PGID,
	PN_VPGID,
	PN_SID,
	PN_TTY,
	PN_NTHREADS,
	PN_NCHILDS,
	PN_EXE_INO,
	PN_EXE_CTIME,
	PN_EXE_MTIME,
};
enum {
	PT_DURATION,
	PT_START,
	PT_PARENT_DURATION,
	PT_PARENT_START,
	PT_CTIME_PROC,
	PT_CTIME_CONTAINER
};
enum { PB_MEMFD, PB_UPPER, PB_WRITABLE, PB_SID_LEADER, PB_VPGID_LEADER };
GETTER(get_ancestor);
GETTER(get_ancestor_num);
GETTER(get_group_leader);
GETTER(get_parent);
GETTER(get_proc_args);
GETTER(get_proc_args_n);
GETTER(get_proc_bool);
GETTER(get_proc_cmdline);
GETTER(get_proc_cwd);
GETTER(get_proc_env);
GETTER(get_proc_exeline);
GETTER(get_proc_fds);
GETTER(get_proc_loginshell);
GETTER(get_proc_name);
GETTER(get_proc_num);
GETTER(get_proc_text);
GETTER(get_proc_time);
GETTER(get_session);

/* field_misc.c */
enum {
	C_ID,
	C_FULL_ID,
	C_NAME,
	C_IMAGE,
	C_REPOSITORY,
	C_TAG,
	C_DIGEST,
	C_PRIVILEGED,
	C_START,
	C_DURATION
};
enum { U_UID, U_NAME, U_HOME, U_SHELL, U_LOGINUID, U_LOGINNAME, U_GID, U_GROUP };
enum { CAP_INH, CAP_PRM, CAP_EFF, CAP_BND, CAP_AMB };
enum { TH_TID, TH_VTID, TH_MAIN };
GETTER(get_caps);
GETTER(get_cgroup);
GETTER(get_cgroups);
GETTER(get_container);
GETTER(get_thread);
GETTER(get_thread_nametid);
GETTER(get_user);

/* real_time - time since the epoch of a time since the start of the trace; HTR_UNKNOWN. */
int64_t real_time(const struct fctx *fx, int64_t time_ns);
/* container_id - 12 hex digits or "host"; written to buf when it must be cut. */
const char *container_id(const struct fctx *fx, char buf[16]);
/* what P_* of a process is */
bool proc_piece(const struct htr_proc *p, unsigned which, struct value *out);

#endif
