package dev.guard.bench.hazelcast;

import com.hazelcast.map.IMap;
import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.bench.load.Limiter;
import dev.guard.bench.load.Rate;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.grid.hazelcast.Bucket4jHazelcast;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A contestant on a cluster of Hazelcast, all on members of the same configuration, and in the same map with keys of the same
 * names. The key that is hot is another member's, if there is one.
 */
public final class HazelcastLimiter implements Limiter {

    private static final String RANDOM = "bench";
    private static final String HOT = "benchhot";

    /** So long that a machine that is busy with something else does not end a run; calls have deadlines all the same. */
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Members members;
    private final Predicate<String> subjects;
    private final Predicate<String> hotSubjects;
    private final Runnable closing;

    private HazelcastLimiter(Members members, Function<Bucket, Predicate<String>> contestant, Runnable closing) {
        this.members = members;
        this.subjects = contestant.apply(new Bucket(RANDOM, Rate.PERMITS));
        this.hotSubjects = contestant.apply(new Bucket(HOT, Rate.HOT_PERMITS));
        this.closing = closing;
    }

    /** So many permits in {@link Rate#PERIOD}. */
    private record Bucket(String policy, long permits) {

        long micros() {
            return Rate.PERIOD.toSeconds() * 1_000_000;
        }

        String key(String subject) {
            return Rate.key(policy, subject);
        }
    }

    /** The limit. */
    public static Limiter bare(List<String> addresses) {
        Members members = new Members(addresses);
        IMap<String, Long> map = members.map();
        return new HazelcastLimiter(
                members,
                bucket -> {
                    long permit = bucket.micros() / bucket.permits();
                    return subject -> map.executeOnKey(bucket.key(subject), new BareProcessor(permit, bucket.micros()));
                },
                () -> {});
    }

    /**
     * guard.
     *
     * @param limits separated by commas and blanks, the first one with {@link Rate#PERMITS} permits; with a hot key it is the only one
     */
    public static Limiter guard(List<String> addresses, String limits) {
        Members members = new Members(addresses);
        Guard guard =
                Guard.builder().backend(members.backend()).deadline(DEADLINE).build();
        return new HazelcastLimiter(
                members,
                bucket -> {
                    String text =
                            bucket.policy().equals(HOT) ? bucket.permits() + "/" + Rate.PERIOD.toHours() + "h" : limits;
                    RateLimiter limiter = guard.limiter(Policy.of(
                            bucket.policy(),
                            List.of(text.split(", ", -1)).stream()
                                    .map(Limit::parse)
                                    .toArray(Limit[]::new)));
                    return subject -> limiter.tryAcquire(subject).allowed();
                },
                guard::close);
    }

    /** Bucket4j's entry processor; its entries expire when they would be full. */
    public static Limiter bucket4j(List<String> addresses) {
        Members members = new Members(addresses);
        return bucket4j(
                members,
                Bucket4jHazelcast.entryProcessorBasedBuilder(members.<byte[]>map())
                        .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                                Duration.ofSeconds(1)))
                        .build());
    }

    /** Bucket4j with compare-and-swap, for which entries cannot expire. */
    public static Limiter bucket4jCas(List<String> addresses) {
        Members members = new Members(addresses);
        return bucket4j(
                members,
                Bucket4jHazelcast.casBasedBuilder(members.<byte[]>map()).build());
    }

    private static Limiter bucket4j(Members members, ProxyManager<String> buckets) {
        return new HazelcastLimiter(
                members,
                bucket -> {
                    BucketConfiguration configuration = BucketConfiguration.builder()
                            .addLimit(limit ->
                                    limit.capacity(bucket.permits()).refillGreedy(bucket.permits(), Rate.PERIOD))
                            .build();
                    return subject -> buckets.getProxy(bucket.key(subject), () -> configuration)
                            .tryConsume(1);
                },
                () -> {});
    }

    @Override
    public boolean tryAcquire(String subject) {
        return subjects.test(subject);
    }

    @Override
    public Limiter hot() {
        return new Hot();
    }

    /** The same with the other rate. */
    private final class Hot implements Limiter {

        @Override
        public boolean tryAcquire(String subject) {
            return hotSubjects.test(subject);
        }

        @Override
        public String hotSubject(List<String> subjects) {
            return subjects.stream()
                    .filter(subject -> members.isElsewhere(Rate.key(HOT, subject)))
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public void close() {
            // It has nothing of its own.
        }
    }

    @Override
    public long otherProcessesCpu() {
        return members.cpuOfOthers();
    }

    @Override
    public void close() {
        closing.run();
        members.close();
    }
}
