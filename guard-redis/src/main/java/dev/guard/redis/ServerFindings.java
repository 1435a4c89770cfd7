package dev.guard.redis;

import dev.guard.domain.backend.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What there is to say of one server, by what it says of itself and what it refused.
 *
 * @param server its name
 * @param info what it says
 * @param sent when it was asked, in microseconds of this machine's time
 * @param received when the answer was there
 * @param refused the commands that it refused
 */
record ServerFindings(String server, RedisInfo info, long sent, long received, List<RedisAudit.Refused> refused) {

    /** How far apart clocks may be that are set by the same time servers. */
    private static final long NEAR_MICROS = 1_000_000;

    private static final long MIB = 1 << 20;
    private static final String ROLE = "role";
    private static final String EVICTION = "eviction";
    private static final String MEMORY = "memory";
    private static final String PERSISTENCE = "persistence";
    private static final String CLOCK = "clock";
    private static final String RIGHTS = "rights";
    private static final String WRITES = "writes";
    private static final String REPLICAS = "connected_slaves";
    private static final String ASK = "let guard's user run INFO, or look there yourself";

    ServerFindings(String server, RedisInfo info, long sent, long received) {
        this(server, info, sent, received, List.of());
    }

    ServerFindings withRefused(List<RedisAudit.Refused> commands) {
        return new ServerFindings(server, info, sent, received, commands);
    }

    /** Whether another server may have to take its place: it has replicas, or does not say. */
    boolean replicated() {
        OptionalLong replicas = info.number(REPLICAS);
        return replicas.isEmpty() || replicas.getAsLong() > 0;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(ServerVersion.finding(server, info));
        findings.add(role());
        findings.add(eviction());
        findings.add(memory());
        findings.addAll(persistence());
        findings.add(clock());
        findings.addAll(rights());
        findings.addAll(writes());
        return findings;
    }

    // ─── Role ───────────────────────────────────────────────────────────────────────────────────

    private Finding role() {
        String role = info.text(ROLE).orElse("");
        if (role.equals("slave") || role.equals("replica")) {
            return Finding.refuse(
                    ROLE,
                    server + " is a replica" + primary(),
                    "it takes no writes, or loses them with its next synchronization",
                    "name the primary, or let sentinels or the cluster name it (redis-sentinel, redis-cluster)");
        }
        if (refused.stream().anyMatch(each -> each.error().startsWith("READONLY"))) {
            return Finding.refuse(
                    ROLE,
                    server + " takes no writes, as replicas do",
                    "nothing can be counted there",
                    "name the primary, or let sentinels or the cluster name it (redis-sentinel, redis-cluster)");
        }
        OptionalLong replicas = info.number(REPLICAS);
        if (!role.equals("master") || replicas.isEmpty()) {
            return Finding.unknown(
                    ROLE,
                    server + " does not say "
                            + (role.equals("master") ? "whether it has replicas" : "whether it is a primary"),
                    role.equals("master")
                            ? "what a failover can lose is not known"
                            : "whether it keeps what is written there is not known",
                    ASK);
        }
        if (replicas.getAsLong() == 0) {
            return Finding.info(
                    ROLE,
                    server + " is a primary without replicas",
                    "no failover can forget anything, and nobody is let in while it is away");
        }
        return Finding.info(
                ROLE,
                server + " is a primary with " + replicas.getAsLong()
                        + (replicas.getAsLong() == 1 ? " replica" : " replicas"),
                info.text("min_slaves_good_slaves").isPresent()
                        ? "a failover forgets what had not been replicated; min-replicas-to-write bounds how much that is"
                        : "a failover forgets what had not been replicated; min-replicas-to-write 1 would bound how much that is");
    }

    private String primary() {
        return info.text("master_host")
                .map(host -> " of " + host
                        + info.text("master_port").map(port -> ":" + port).orElse(""))
                .orElse("");
    }

    // ─── Memory ─────────────────────────────────────────────────────────────────────────────────

    private Finding eviction() {
        String policy = info.text("maxmemory_policy").orElse("");
        if (policy.isEmpty()) {
            return Finding.unknown(
                    EVICTION,
                    server + " does not say what it does when its memory is full",
                    "whether it evicts counters is not known",
                    "see to it that its maxmemory-policy is noeviction");
        }
        if (policy.equals("noeviction")) {
            return Finding.info(
                    EVICTION, server + " has maxmemory-policy noeviction", "it forgets no counter to make room");
        }
        boolean unlimited = info.number("maxmemory").equals(OptionalLong.of(0));
        return Finding.refuse(
                EVICTION,
                server + " has maxmemory-policy " + policy
                        + (unlimited ? ", and no maxmemory until somebody sets it" : ""),
                "when its memory is full it evicts counters, all of which have a time to live, and lets in who was over a limit",
                "set maxmemory-policy noeviction, and put caches on a server of their own");
    }

    private Finding memory() {
        OptionalLong most = info.number("maxmemory");
        OptionalLong used = info.number("used_memory");
        if (most.isEmpty()) {
            return Finding.unknown(
                    MEMORY,
                    server + " does not say how much memory it may use",
                    "when it will refuse writes is not known",
                    ASK);
        }
        String now = used.isPresent() ? mib(used.getAsLong()) + " used" : "use not told";
        if (most.getAsLong() == 0) {
            return Finding.info(
                    MEMORY,
                    server + " has no maxmemory (" + now + ")",
                    "it grows until the machine has no memory left; with maxmemory it would refuse writes before that");
        }
        return Finding.info(
                MEMORY,
                server + " has maxmemory " + mib(most.getAsLong()) + " (" + now + ")",
                "when that is full it refuses writes, and calls are unavailable");
    }

    private static String mib(long bytes) {
        return bytes < MIB ? bytes / 1024 + " KiB" : bytes / MIB + " MiB";
    }

    // ─── Persistence ────────────────────────────────────────────────────────────────────────────

    private List<Finding> persistence() {
        List<Finding> findings = new ArrayList<>();
        String appends = info.text("aof_enabled").orElse("");
        findings.add(
                switch (appends) {
                    case "1" ->
                        Finding.info(
                                PERSISTENCE,
                                server + " keeps an append-only file",
                                "a restart forgets what had not reached the disk, by default that of the last second");
                    case "0" ->
                        Finding.info(
                                PERSISTENCE,
                                server + " keeps no append-only file, and does not say whether it takes snapshots",
                                "a restart forgets all since the last snapshot, and everything where there is none");
                    default ->
                        Finding.unknown(
                                PERSISTENCE,
                                server + " does not say what it keeps on disk",
                                "what a restart forgets is not known",
                                ASK);
                });
        if (info.text("aof_last_write_status").filter("err"::equals).isPresent()
                || info.text("rdb_last_bgsave_status").filter("err"::equals).isPresent()) {
            findings.add(Finding.warn(
                    PERSISTENCE,
                    server + " could not write to its disk the last time",
                    "it may refuse writes, and forgets more at a restart than it is set to",
                    "see its log, its disk and the rights on its folder"));
        }
        return findings;
    }

    // ─── Clock ──────────────────────────────────────────────────────────────────────────────────

    private Finding clock() {
        OptionalLong time = info.number(RedisAudit.TIME);
        if (time.isEmpty()) {
            return Finding.unknown(
                    CLOCK,
                    server + " does not say what time it is",
                    "whether its clock agrees with ours is not known",
                    ASK);
        }
        // Somewhere between question and answer it was that time.
        long ahead = Math.max(0, time.getAsLong() - received);
        long behind = Math.max(0, sent - time.getAsLong());
        long apart = Math.max(ahead, behind);
        if (apart < NEAR_MICROS) {
            return Finding.info(
                    CLOCK,
                    "the clock of " + server + " agrees with ours to a second",
                    "limits are judged by the server's");
        }
        return Finding.warn(
                CLOCK,
                "the clock of " + server + " is " + String.format(Locale.ROOT, "%.1f", apart / 1_000_000.0) + " s "
                        + (ahead > 0 ? "ahead of" : "behind") + " ours",
                "limits are judged by the server's: days and months of calendar limits end by it, and times in logs do not match;"
                        + " where it is set right, waits of that moment are wrong",
                "let both machines take the time from the same time servers");
    }

    // ─── Rights ─────────────────────────────────────────────────────────────────────────────────

    private List<Finding> rights() {
        List<Finding> findings = new ArrayList<>();
        List<String> denied = new ArrayList<>();
        for (RedisAudit.Refused each : refused) {
            String error = each.error();
            if (each.isForWantOfRights()) {
                denied.add(each.command());
            } else if (!isNoWrite(error) && !error.startsWith("READONLY") && !isOfOtherSlot(error)) {
                findings.add(Finding.unknown(
                        RIGHTS,
                        each.command() + " could not be tried on " + server + ": " + error,
                        "whether guard may use it is not known",
                        "see the rights in docs/redis.md"));
            }
        }
        boolean lists = denied.remove("SCAN");
        if (!denied.isEmpty()) {
            findings.add(Finding.refuse(
                    RIGHTS,
                    "guard's user may not run " + String.join(", ", denied) + " on " + server
                            + ", or not on guard's keys",
                    "calls that need it are unavailable",
                    "give it the rights that docs/redis.md lists"));
        }
        if (lists) {
            findings.add(Finding.warn(
                    RIGHTS,
                    "guard's user may not run SCAN on " + server,
                    "subjects cannot be listed",
                    "give it +scan, if they shall be"));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.info(
                    RIGHTS, "guard's user may run on " + server + " what was tried", "that is all that guard needs"));
        }
        return findings;
    }

    /** That nothing is written now, whichever command found it. */
    private List<Finding> writes() {
        return refused.stream()
                .map(RedisAudit.Refused::error)
                .filter(ServerFindings::isNoWrite)
                .limit(1)
                .map(error -> Finding.warn(
                        WRITES,
                        server + " takes no writes now: " + error,
                        "calls are unavailable while that is so",
                        "mend what it names"))
                .toList();
    }

    private static boolean isNoWrite(String error) {
        return error.startsWith("OOM") || error.startsWith("MISCONF") || error.startsWith("NOREPLICAS");
    }

    /** In a cluster a script may not touch what is on another server. Whether it had the right to was asked before. */
    private static boolean isOfOtherSlot(String error) {
        return error.toLowerCase(Locale.ROOT).contains("non local key");
    }
}
