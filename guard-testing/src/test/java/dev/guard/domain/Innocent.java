package dev.guard.domain;

import com.google.common.math.LongMath;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Does all that the domain may do, close to what it may not. */
public class Innocent {
    public enum Colour {
        RED
    }

    public record Pair(long[] left, @Nullable String right) {}

    public Instant later(Instant now, Duration by) {
        return now.plus(by);
    }

    public long saturated(long a, long b) {
        return LongMath.saturatedAdd(a, b);
    }

    public CompletionStage<Integer> onThe(Executor executor) {
        return CompletableFuture.supplyAsync(() -> 1, executor).thenApply(one -> one + 1);
    }

    public byte[] bytes(InetAddress address) {
        return address.getAddress();
    }

    public String joined(List<String> parts) {
        return String.join(",", parts) + parts.stream().mapToInt(String::length).sum();
    }
}
