package dev.guard.domain;

import com.google.common.base.Splitter;
import com.google.common.base.Stopwatch;
import com.google.common.collect.ImmutableList;
import dev.guard.elsewhere.internal.Secret;
import dev.guard.memory.SomeStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/** One class for each way to break a rule. Nothing calls them; the rules read their byte code. */
public final class Culprits {
    private Culprits() {}

    // ─── Structure ───

    static class UsesALibrary {
        Object library() {
            return Assertions.assertThat(1);
        }
    }

    static class UsesALibraryInASignature {
        org.assertj.core.api.@Nullable AbstractAssert<?, ?> field;
    }

    static class UsesABackend {
        Object backend(SomeStore[] stores) {
            return stores.length;
        }
    }

    static class ReadsInternals {
        Object internals() {
            return new Secret();
        }
    }

    public static class ReturnsGuava {
        public ImmutableList<String> list() {
            return ImmutableList.of();
        }
    }

    public static class TakesGuavaAsATypeArgument {
        protected void take(List<ImmutableList<String>> lists) {}
    }

    public abstract static class ExtendsGuava implements com.google.common.base.Supplier<String> {}

    // ─── Names and patterns ───

    static class ResolvesAName {
        Object resolve(String name) throws IOException {
            return InetAddress.getByName(name);
        }
    }

    static class ResolvesANameThroughASubclass {
        Object resolve(String name) throws IOException {
            return java.net.Inet6Address.getAllByName(name);
        }
    }

    static class ResolvesInReverse {
        Object resolve(InetAddress address) {
            return address.getHostName();
        }
    }

    static class ResolvesAnEndpoint {
        Object resolve(String name) {
            return new InetSocketAddress(name, 80);
        }
    }

    static class UsesAPattern {
        Object pattern(String pattern) {
            return Pattern.compile(pattern);
        }
    }

    static class SplitsByPattern {
        String[] split(String text) {
            return text.split(",", -1);
        }
    }

    static class MatchesByReference {
        Function<String, Boolean> match(String text) {
            return text::matches;
        }
    }

    static class SplitsByGuavaPattern {
        Object split() {
            return Splitter.onPattern(",+");
        }
    }

    // ─── Libraries ───

    static class Prints {
        void print() {
            System.out.println("!");
        }
    }

    static class PrintsAStackTrace {
        void print(Exception e) {
            e.printStackTrace();
        }
    }

    static class LogsWithThePlatform {
        Object log() {
            return Logger.getLogger("x");
        }
    }

    static class LogsWithTheSystemLogger {
        Object log() {
            return System.getLogger("x");
        }
    }

    // ─── Purity ───

    static class ReadsNanoTime {
        long now() {
            return System.nanoTime();
        }
    }

    static class ReadsMillisByReference {
        LongSupplier now() {
            return System::currentTimeMillis;
        }
    }

    static class ReadsInstantNow {
        Object now() {
            return Instant.now();
        }
    }

    static class ReadsInstantByReference {
        Supplier<Instant> now() {
            return Instant::now;
        }
    }

    static class ReadsLocalDate {
        Object now() {
            return LocalDate.now(java.time.ZoneOffset.UTC);
        }
    }

    static class ReadsDate {
        Object now() {
            return new Date();
        }
    }

    static class ReadsDateByReference {
        Supplier<Date> now() {
            return Date::new;
        }
    }

    static class HasAClock {
        @Nullable
        Clock clock;
    }

    static class HasAnInstantSource {
        Instant now(InstantSource source) {
            return source.instant();
        }
    }

    static class HasAStopwatch {
        Object stopwatch() {
            return Stopwatch.createStarted();
        }
    }

    static class DrawsFromRandom {
        int draw(Random random) {
            return random.nextInt();
        }
    }

    static class DrawsSecurely {
        Object draw() {
            return new SecureRandom();
        }
    }

    static class DrawsPerThread {
        int draw() {
            return ThreadLocalRandom.current().nextInt();
        }
    }

    static class DrawsSplit {
        @Nullable
        SplittableRandom random;
    }

    static class DrawsFromMath {
        double draw() {
            return Math.random();
        }
    }

    static class DrawsAUuid {
        Supplier<UUID> draw() {
            return UUID::randomUUID;
        }
    }

    static class Shuffles {
        void shuffle(List<String> list) {
            Collections.shuffle(list);
        }
    }

    static class ReadsAFile {
        Object read(Path path) {
            return path;
        }
    }

    static class ThrowsIo {
        void io() throws IOException {}
    }

    static class ReadsTheEnvironment {
        @Nullable
        String read() {
            return System.getenv("HOME");
        }
    }

    static class ReadsAProperty {
        @Nullable
        Integer read() {
            return Integer.getInteger("x");
        }
    }

    static class StartsAThread {
        Object start(Runnable task) {
            return new Thread(task);
        }
    }

    /** Never run: a sleep is what the rule about threads must find. */
    static class SleepsThread {
        void sleep() throws InterruptedException {
            Thread.sleep(1);
        }
    }

    static class HasAPool {
        Object pool() {
            return Executors.newCachedThreadPool();
        }
    }

    static class BorrowsTheCommonPool {
        CompletionStage<Integer> run() {
            return CompletableFuture.supplyAsync(() -> 1);
        }
    }

    static class BorrowsTheCommonPoolLater {
        CompletionStage<Integer> run(CompletionStage<Integer> stage) {
            return stage.thenApplyAsync(one -> one + 1);
        }
    }

    static class TimesOut {
        CompletionStage<Integer> run(CompletableFuture<Integer> future) {
            return future.orTimeout(1, TimeUnit.SECONDS);
        }
    }

    static class StreamsInParallel {
        long count(List<String> list) {
            return list.parallelStream().count() + list.stream().parallel().count();
        }
    }

    static class LooksForProviders {
        Object look() {
            return ServiceLoader.load(Runnable.class);
        }
    }
}
