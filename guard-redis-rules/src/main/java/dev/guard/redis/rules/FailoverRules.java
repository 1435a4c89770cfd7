package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.testing.redis.Patience;
import dev.guard.testing.redis.RedisSentinels;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A primary that is lost while it has work to do, and what that may cost.
 *
 * <p>The bound is the one that the documentation publishes: of each key the limit is admitted, and besides at most what had been
 * acknowledged and was not known to the replica when it became the primary. What the replica knows is asked of it, by guard's own peek,
 * before the sentinels may promote it.
 */
@Tag("slow")
public interface FailoverRules extends BackendUnderTest {

    int LIMIT = 4_000;
    Policy POLICY = Policy.of("p", Limit.parse(LIMIT + "/1h fixed"));
    List<String> SUBJECTS = List.of("a", "b", "c");

    /** How long guard may take to answer after all sentinels know the new primary; where the machine is slow, a multiple. */
    Duration RECOVERY = Duration.ofSeconds(2);

    /** What servers do among themselves takes no longer. */
    Duration PATIENCE = Duration.ofSeconds(30);

    /** Where sentinels promote only when they are told how soon to. */
    private static RedisSentinels sentinels() {
        RedisSentinels sentinels = RedisServers.sentinels(Duration.ofMinutes(5));
        // A replica that has just come is sent nothing before it has said once that it is there.
        RedisServer primary = sentinels.primary();
        primary.command("SET", "started", "1");
        Patience.until(
                "the replica is told what the primary does",
                PATIENCE,
                primary::log,
                () -> Long.valueOf(1).equals(primary.command("WAIT", "1", "1000")));
        return sentinels;
    }

    private static String url(RedisSentinels sentinels) {
        return "redis-sentinel://" + sentinels.sentinelAddresses() + "?master=" + RedisSentinels.MASTER + "&timeout="
                + Patience.times(Duration.ofMillis(500)).toMillis() + "ms";
    }

    @Test
    @DisplayName(
            "S70 S72 a primary that is killed under load: nobody is let in without one, guard answers again by itself, and what is admitted stays within the bound")
    default void killed() {
        try (RedisSentinels sentinels = sentinels();
                Guard one = guard(url(sentinels));
                Guard two = guard(url(sentinels));
                Load load = new Load(List.of(one.limiter(POLICY), two.limiter(POLICY)), SUBJECTS)) {
            RedisServer replica = sentinels.replica();
            load.awaitAllowed(LIMIT / 2);

            sentinels.primary().kill();

            Map<String, Long> lost = promote(sentinels, replica, load);
            load.awaitExhaustion();
            assertWithin(lost, "killed", load);
        }
    }

    @Test
    @DisplayName(
            "S70 S72 a primary that is cut off under load: clients leave it, and when it is back it admits nothing through guard")
    default void cutOff() {
        try (RedisSentinels sentinels = sentinels();
                Guard one = guard(url(sentinels));
                Guard two = guard(url(sentinels));
                Load load = new Load(List.of(one.limiter(POLICY)), SUBJECTS);
                Load other = new Load(List.of(two.limiter(POLICY)), SUBJECTS)) {
            RedisServer old = sentinels.primary();
            load.awaitAllowed(LIMIT / 2);

            old.pause();

            Map<String, Long> lost = promote(sentinels, sentinels.replica(), load, other);
            old.resume();
            List<String> fresh = List.of("fresh");
            try (Guard three = guard(url(sentinels));
                    Load later =
                            new Load(List.of(one.limiter(POLICY), two.limiter(POLICY), three.limiter(POLICY)), fresh)) {
                later.awaitExhaustion();
                load.awaitExhaustion();
                other.awaitExhaustion();
                Patience.until(
                        "the old primary follows the new one",
                        PATIENCE,
                        old::log,
                        () -> "slave".equals(old.info("replication").get("role")));
                later.awaitExhaustion();
                // Two primaries would have admitted the limit each.
                assertThat(later.allowed()).as(later.toString()).isLessThanOrEqualTo(LIMIT);
            }
            assertWithin(lost, "cut off", load, other);
        }
    }

    @Test
    @DisplayName(
            "S70 S72 a primary that was replaced and does not know it, as only the sentinels cannot reach it, is left by its callers")
    default void twoPrimaries() {
        long limit = 1_000_000;
        Policy policy = Policy.of("p", Limit.parse(limit + "/1h fixed"));
        try (RedisSentinels sentinels = sentinels();
                Guard one = guard(url(sentinels));
                Guard two = guard(url(sentinels));
                Load load = new Load(List.of(one.limiter(policy)), SUBJECTS);
                Load other = new Load(List.of(two.limiter(policy)), SUBJECTS)) {
            RedisServer old = sentinels.primary();
            RedisServer next = sentinels.replica();
            // To a sentinel, who refuses PING is away, and who refuses REPLICAOF is not demoted.
            old.command("ACL", "SETUSER", "default", "-ping", "-replicaof", "-slaveof");

            sentinels.setDownAfter(Duration.ofSeconds(1));
            sentinels.awaitPrimary(next);

            Patience.until("both left the old primary", PATIENCE, load::toString, () -> {
                long before = old.calls("evalsha");
                List.of(load, other, load, other).forEach(Load::awaitEndOfCalls);
                return old.calls("evalsha") == before;
            });
            long before = old.calls("evalsha");
            load.awaitAllowed(load.allowed() + 100);
            other.awaitAllowed(other.allowed() + 100);
            assertThat(old.info("replication")).containsEntry("role", "master");
            assertThat(old.calls("evalsha")).isEqualTo(before);
            load.stop();
            other.stop();
            for (String subject : SUBJECTS) {
                long known = limit - one.limiter(policy).peek(subject).remaining();
                System.out.printf(
                        "%s, two primaries: of %s %d were admitted, %d of them by the old one after it was replaced;"
                                + " the bound is the limit of each, %d%n",
                        backend(),
                        subject,
                        allowed(subject, load, other),
                        allowed(subject, load, other) - known,
                        2 * limit);
            }
        }
    }

    @Test
    @DisplayName(
            "S70 a replica that had lost its primary forgets what was admitted since, and no more than that is admitted again")
    default void replicaBehind() {
        try (RedisSentinels sentinels = sentinels();
                Guard guard = guard(url(sentinels));
                Load load = new Load(List.of(guard.limiter(POLICY)), SUBJECTS)) {
            RedisServer primary = sentinels.primary();
            RedisServer replica = sentinels.replica();
            load.awaitAllowed(LIMIT / 4);
            cutReplication(primary, replica);
            load.awaitAllowed(load.allowed() + LIMIT / 4);

            primary.kill();

            Map<String, Long> lost = promote(sentinels, replica, load);
            assertThat(lost.values().stream().mapToLong(Long::longValue).sum()).isGreaterThanOrEqualTo(LIMIT / 4);
            load.awaitExhaustion();
            assertWithin(lost, "replica behind", load);
        }
    }

    @Test
    @DisplayName(
            "S70 with min-replicas-to-write a primary that lost its replica lets nobody in, and nothing is forgotten but what was under way")
    default void minReplicas() {
        try (RedisSentinels sentinels = sentinels();
                Guard guard = guard(url(sentinels));
                Load load = new Load(List.of(guard.limiter(POLICY)), SUBJECTS)) {
            RedisServer primary = sentinels.primary();
            RedisServer replica = sentinels.replica();
            primary.command("CONFIG", "SET", "min-replicas-to-write", "1");
            load.awaitAllowed(LIMIT / 4);
            long before = load.allowed();
            cutReplication(primary, replica);
            load.awaitEndOfCalls();
            long refused = load.allowed();
            load.awaitEndOfCalls();
            load.awaitEndOfCalls();
            assertThat(load.allowed()).as(load.toString()).isEqualTo(refused);
            assertThat(load.unavailable()).containsKey(Reason.READ_ONLY);

            primary.kill();

            Map<String, Long> lost = promote(sentinels, replica, load);
            assertThat(lost.values().stream().mapToLong(Long::longValue).sum()).isLessThanOrEqualTo(refused - before);
            load.awaitExhaustion();
            assertWithin(lost, "replica behind, min-replicas-to-write 1", load);
        }
    }

    /** Ends replication, and keeps it from being taken up again. */
    private static void cutReplication(RedisServer primary, RedisServer replica) {
        primary.command("ACL", "SETUSER", "default", "-psync", "-sync");
        primary.command("CLIENT", "KILL", "TYPE", "replica");
        awaitLinkDown(replica);
    }

    private static void awaitLinkDown(RedisServer replica) {
        Patience.until(
                "the replica has lost its primary",
                PATIENCE,
                replica::log,
                () -> "down".equals(replica.info("replication").get("master_link_status")));
    }

    /**
     * Lets the sentinels promote the replica of a primary that is gone, and returns when the load is answered again.
     *
     * @return for each subject what was acknowledged and is not known to the replica
     */
    private Map<String, Long> promote(RedisSentinels sentinels, RedisServer replica, Load... loads) {
        List.of(loads).forEach(Load::awaitEndOfCalls);
        long[] admitted = Stream.of(loads).mapToLong(Load::allowed).toArray();
        Map<String, Long> lost = new TreeMap<>();
        // A guard would not begin on a replica.
        try (Backend looking = open(replica.url())) {
            for (String subject : SUBJECTS) {
                Peek peek = new Peek(POLICY.key(Key.DEFAULT_TENANT, subject), POLICY, 1, Deadline.NONE);
                Decision known =
                        (Decision) looking.counters().execute(List.of(peek)).get(0);
                long held = LIMIT - known.remaining();
                lost.put(subject, Math.max(0, allowed(subject, loads) - held));
            }
        }
        List.of(loads).forEach(Load::awaitEndOfCalls);
        assertThat(Stream.of(loads).mapToLong(Load::allowed).toArray())
                .as("permits given out without a primary")
                .isEqualTo(admitted);

        // Denials count as well: one load may have taken all that was left before the other is back.
        long[] answered = Stream.of(loads).mapToLong(Load::answered).toArray();
        sentinels.setDownAfter(Duration.ofSeconds(1));
        sentinels.awaitPrimary(replica);
        long promoted = System.nanoTime();
        for (int i = 0; i < loads.length; i++) {
            Load load = loads[i];
            long before = answered[i];
            Patience.until("guard answers again", RECOVERY, load::toString, () -> load.answered() > before);
        }
        System.out.printf(
                "%s answers again %d ms after all sentinels knew the new primary%n",
                backend(), Duration.ofNanos(System.nanoTime() - promoted).toMillis());
        // What had set out for the old primary has ended as well.
        List.of(loads).forEach(Load::awaitEndOfCalls);
        return lost;
    }

    private static long allowed(String subject, Load... loads) {
        return Stream.of(loads).mapToLong(load -> load.allowed(subject)).sum();
    }

    private void assertWithin(Map<String, Long> lost, String how, Load... loads) {
        lost.forEach((subject, forgotten) -> {
            long admitted = allowed(subject, loads);
            System.out.printf(
                    "%s, primary lost (%s): of %s %d were admitted; the bound is %d = %d, the limit, and %d,"
                            + " acknowledged and not replicated%n",
                    backend(), how, subject, admitted, LIMIT + forgotten, LIMIT, forgotten);
            assertThat(admitted).as(subject).isLessThanOrEqualTo(LIMIT + forgotten);
        });
        for (Load load : loads) {
            System.out.printf(
                    "%s, primary lost (%s): calls without an answer %s%n", backend(), how, load.unavailable());
        }
    }
}
