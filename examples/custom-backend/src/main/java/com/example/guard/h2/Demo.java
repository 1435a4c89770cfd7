package com.example.guard.h2;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.time.Duration;

/** Takes permits from a limit that outlives the process: run it twice. */
public final class Demo {

    private Demo() {}

    /**
     * Runs the demonstration.
     *
     * @param args the address of the database; a file in the current folder where there is none
     */
    public static void main(String[] args) {
        String url = args.length > 0 ? args[0] : "jdbc:h2:./target/guard";
        try (Guard guard = Guard.builder()
                .backend("h2")
                .setting("backends.h2.url", url)
                .deadline(Duration.ofSeconds(5))
                .build()) {
            RateLimiter api = guard.limiter(Policy.of("api", Limit.parse("5/1m")));
            for (int i = 0; i < 3; i++) {
                Decision decision = api.tryAcquire("203.0.113.9");
                System.out.println(
                        decision instanceof Denied denied
                                ? "denied, try again in " + denied.retryAfter()
                                : "allowed, " + decision.remaining() + " left");
            }
        }
    }
}
