package dev.guard.server;

import dev.guard.api.Guard;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * The server as a process: started in the order that operators know, and stopped by SIGTERM.
 *
 * @param listening where it listens
 * @param choice the backend and the mode
 * @param file the settings of the backend
 * @param about what it tells of itself
 */
record Service(Listening listening, BackendChoice choice, ServerFile file, About about) {

    /** How long requests in flight may take to end once the server was told to stop. */
    private static final Duration DRAIN = Duration.ofSeconds(10);

    /**
     * Starts the server and stays until the process is told to end; the status is then {@link ExitCode#GOOD}.
     *
     * @throws StartException if it does not start
     */
    int run(Console console, Supplier<DeclaredPolicies> source) {
        choice.warnings().forEach(console::warn);
        DeclaredPolicies declared = source.get();
        List<Policy> policies = declared.all();
        if (choice.mode() == FailureMode.LOCAL_ONLY) {
            declared.ofOtherModes()
                    .forEach(policy -> console.warn(
                            "What policy " + Shown.of(policy) + " says of its mode is ignored (local_only)"));
        }
        Guard guard = open(declared);
        if (guard.stats().degraded()) {
            console.warn(choice.title() + " is away: decisions are local until it is back, "
                    + choice.degradation().orElseThrow());
        } else if (choice.mode() != FailureMode.LOCAL_ONLY) {
            console.say("✓ Counter backend initialized (" + choice.title() + ")");
        }
        GuardServer server = listen(guard, policies);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(console, server, guard), "guard-shutdown"));
        announce(console, server, policies);
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.GOOD;
    }

    private GuardServer listen(Guard guard, List<Policy> policies) {
        try {
            return GuardServer.start(listening, guard, policies, about);
        } catch (StartException e) {
            guard.close();
            throw e;
        }
    }

    private Guard open(DeclaredPolicies declared) {
        return choice.asked(() -> {
            Guard.Builder builder = choice.guard().policies(declared.all()).directCompletion();
            file.denyMemo().ifPresent(builder::denyMemo);
            if (choice.mode() != FailureMode.LOCAL_ONLY) {
                declared.declareModes(builder);
            }
            return builder.build();
        });
    }

    private static void announce(Console console, GuardServer server, List<Policy> policies) {
        if (policies.isEmpty()) {
            console.warn("No policies: every question is answered with 404; name a file with --policies");
            console.say("guard is up on " + server.url());
        } else {
            console.say("guard is up on " + server.url() + " – try:");
            console.say("  curl -i \"" + server.url() + "/v1/check?policy="
                    + AcquisitionQuery.escaped(policies.get(0).name()) + "\"");
        }
    }

    /**
     * Lets what is in flight end, and ends the process with the status of a server that did what it was told: the JVM of
     * itself would make 143 of it.
     */
    private static void stop(Console console, GuardServer server, Guard guard) {
        int status = ExitCode.FAILED;
        try {
            console.say("guard is stopping");
            server.drain(DRAIN);
            guard.close();
            status = ExitCode.GOOD;
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }
}
