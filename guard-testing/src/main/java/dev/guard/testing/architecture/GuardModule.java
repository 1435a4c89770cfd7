package dev.guard.testing.architecture;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A module of guard and what its classes may refer to: one row per module, the whole table of the architecture.
 *
 * <p>A module that is not in this table has no rules, so {@code ModuleTableTest} compares it with the root {@code pom.xml}.
 */
public enum GuardModule {
    /** Rules, values and ports. Pure. */
    DOMAIN(
            "guard-domain",
            "dev.guard.domain",
            Set.of(Trait.PUBLISHED, Trait.PURE, Trait.SEES_REQUEST_DATA),
            "com.google.common.."),

    /** What an application calls. */
    API(
            "guard-api",
            "dev.guard.api",
            Set.of(Trait.PUBLISHED, Trait.SEES_REQUEST_DATA),
            "dev.guard.domain..",
            "org.slf4j..",
            "com.github.benmanes.caffeine.."),

    /** The test kit, which runs in the builds of strangers. It starts threads, and reads the clock to know how long things take. */
    TCK(
            "guard-tck",
            "dev.guard.tck",
            Set.of(Trait.PUBLISHED),
            "dev.guard.api..",
            "dev.guard.domain..",
            "net.jqwik..",
            "org.junit..",
            "org.opentest4j..",
            "org.apiguardian.."),

    /** The embedded backend. */
    MEMORY("guard-memory", "dev.guard.memory", Set.of(Trait.PUBLISHED, Trait.SEES_REQUEST_DATA), "dev.guard.domain.."),

    /** What both Redis backends share: scripts, key layout, replies, errors. No client. */
    REDIS(
            "guard-redis",
            "dev.guard.redis",
            Set.of(Trait.PUBLISHED, Trait.SEES_REQUEST_DATA),
            "dev.guard.domain..",
            "javax.net.ssl.."),

    /** Redis through Lettuce. */
    REDIS_LETTUCE(
            "guard-redis-lettuce",
            "dev.guard.redis.lettuce",
            Set.of(Trait.PUBLISHED, Trait.SEES_REQUEST_DATA, Trait.ANY_THIRD_PARTY),
            "dev.guard.redis..",
            "dev.guard.domain.."),

    /** Redis through Jedis. */
    REDIS_JEDIS(
            "guard-redis-jedis",
            "dev.guard.redis.jedis",
            Set.of(Trait.PUBLISHED, Trait.SEES_REQUEST_DATA, Trait.ANY_THIRD_PARTY),
            "dev.guard.redis..",
            "dev.guard.domain.."),

    /** Counters in the memory of a Hazelcast cluster, of which the process may be a member. */
    HAZELCAST(
            "guard-hazelcast",
            "dev.guard.hazelcast",
            Set.of(Trait.PUBLISHED, Trait.SEES_REQUEST_DATA),
            "dev.guard.domain..",
            "com.hazelcast..",
            "org.slf4j.."),

    /** HTTP verdicts and the request pipeline. */
    HTTP(
            "guard-http",
            "dev.guard.http",
            Set.of(Trait.PUBLISHED, Trait.SEES_REQUEST_DATA),
            "dev.guard.api..",
            "dev.guard.domain..",
            "com.fasterxml.jackson.core..",
            "com.google.common.."),

    /**
     * The service. It takes any third-party library, and knows its backend by name only: guard-memory is a dependency at run
     * time and does not appear here.
     */
    SERVER(
            "guard-server",
            "dev.guard.server",
            Set.of(Trait.SEES_REQUEST_DATA, Trait.ANY_THIRD_PARTY, Trait.BINDS_ADDRESSES),
            "dev.guard.http..",
            "dev.guard.api..",
            "dev.guard.domain.."),

    /** Benchmarks; they measure anything. */
    BENCH("guard-bench", "dev.guard.bench", Set.of(Trait.ANY_THIRD_PARTY, Trait.BINDS_ADDRESSES), "dev.guard..");

    /** A property of a module that brings rules with it, or takes one away. */
    enum Trait {
        /** Other people's code runs it: it does not print, and does not choose how to log. */
        PUBLISHED,
        /** The same arguments give the same answer: no clock, randomness, I/O, thread, logging, or search for providers. */
        PURE,
        /** Strings that a stranger sent pass through it. */
        SEES_REQUEST_DATA,
        /** Third-party packages need no entry in the table. */
        ANY_THIRD_PARTY,
        /** It opens sockets at addresses that its operator names, and may resolve those. */
        BINDS_ADDRESSES
    }

    /**
     * Classes that a rule leaves out, each with its reason. Add one here rather than weakening a rule. An exemption whose class
     * does not exist fails the build.
     */
    static final List<Exemption> EXEMPTIONS = List.of(
            new Exemption(
                    DOMAIN,
                    ArchitectureRules.NO_CLOCK,
                    "dev.guard.domain.backend.BackendSettings",
                    "hands the test kit's time on to the backend that is opened, and never asks it"),
            new Exemption(
                    DOMAIN,
                    ArchitectureRules.NO_THREADS,
                    "dev.guard.domain.counter.KeyLocks",
                    "tells a caller that was interrupted while it waited so, as its thread must know; it starts none"));

    private final String artifact;
    private final String rootPackage;
    private final Set<Trait> traits;
    private final List<String> allowedPackages;

    GuardModule(String artifact, String rootPackage, Set<Trait> traits, String... allowedPackages) {
        this.artifact = artifact;
        this.rootPackage = rootPackage;
        this.traits = traits;
        this.allowedPackages = Stream.concat(
                        Stream.of(rootPackage + "..", "java..", "org.jspecify.annotations.."),
                        Stream.of(allowedPackages))
                .toList();
    }

    /** The artifact, which is also the module's folder. */
    public String artifact() {
        return artifact;
    }

    /** The package under which all classes of the module live. */
    public String rootPackage() {
        return rootPackage;
    }

    boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /** The package patterns, in ArchUnit's notation, that the module's classes may refer to. */
    List<String> allowedPackages() {
        return allowedPackages;
    }

    /** A class that one rule leaves out in one module, and why. */
    record Exemption(GuardModule module, String rule, String className, String reason) {}
}
