package dev.guard.bench.redis;

import dev.guard.bench.load.Limiter;
import dev.guard.bench.load.Rate;
import java.util.ArrayList;
import java.util.List;
import org.redisson.Redisson;
import org.redisson.api.RFuture;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Redisson's rate limiter, with the settings it has by default. The rate of each subject is stored before it is asked for. */
final class RedissonLimiter implements Limiter {

    private static final int AT_A_TIME = 1_000;

    private final RedissonClient client;

    RedissonLimiter(String address) {
        Config config = new Config();
        config.useSingleServer().setAddress("redis://" + address);
        client = Redisson.create(config);
    }

    private RRateLimiter of(String subject) {
        return client.getRateLimiter("guard:g1:c:default:" + GuardLimiter.POLICY + ":" + subject);
    }

    @Override
    public void prepare(List<String> subjects) {
        List<RFuture<Boolean>> underWay = new ArrayList<>();
        for (String subject : subjects) {
            underWay.add(of(subject).trySetRateAsync(RateType.OVERALL, Rate.PERMITS, Rate.PERIOD));
            if (underWay.size() == AT_A_TIME) {
                awaitAll(underWay);
            }
        }
        awaitAll(underWay);
    }

    private static void awaitAll(List<RFuture<Boolean>> underWay) {
        underWay.forEach(each -> each.toCompletableFuture().join());
        underWay.clear();
    }

    @Override
    public boolean tryAcquire(String subject) {
        return of(subject).tryAcquire();
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
