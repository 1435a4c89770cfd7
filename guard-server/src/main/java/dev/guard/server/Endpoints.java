package dev.guard.server;

import dev.guard.api.AsyncRateLimiter;
import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Decision;
import dev.guard.domain.GuardException;
import dev.guard.domain.Policy;
import dev.guard.http.DecisionJson;
import dev.guard.http.Json;
import dev.guard.http.Problem;
import dev.guard.http.Verdict;
import io.vertx.core.http.HttpMethod;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the server answers, path by path. Used by all event loops at once; nothing here blocks. */
final class Endpoints {

    private static final List<HttpMethod> READ = List.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final List<HttpMethod> CHECK = List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST);
    private static final List<HttpMethod> ASK = List.of(HttpMethod.POST);

    /** How long the store may take to give a sign of life. */
    private static final long PING_MILLIS = 1_000;

    private final Guard guard;
    private final About about;
    private final Telemetry telemetry;
    private final TrustedCallers trustedCallers;
    private final Map<String, Asked> policies;
    private volatile boolean draining;

    Endpoints(Guard guard, Collection<Policy> policies, About about, TrustedCallers trustedCallers) {
        this.guard = guard;
        this.about = about;
        this.trustedCallers = trustedCallers;
        this.telemetry = new Telemetry();
        telemetry.watch(guard);
        this.policies = policies.stream()
                .collect(Collectors.toUnmodifiableMap(
                        Policy::name,
                        policy -> new Asked(guard.async().limiter(policy), telemetry.ofPolicy(policy, guard.mode()))));
    }

    /** A policy as it is asked. */
    private record Asked(AsyncRateLimiter limiter, Telemetry.OfPolicy meters) {}

    /** From now on the server is not ready: it is about to stop. */
    void drain() {
        draining = true;
    }

    void handle(Exchange exchange) {
        Optional<String> flaw = exchange.flaw();
        if (flaw.isPresent()) {
            exchange.refuseAndClose(400, flaw.get());
            return;
        }
        switch (exchange.path()) {
            case "/v1/acquire" -> on(exchange, ASK, this::acquire);
            case "/v1/peek" -> on(exchange, ASK, this::peek);
            case "/v1/check" -> on(exchange, CHECK, this::check);
            case "/health" -> on(exchange, READ, this::health);
            case "/livez" -> on(exchange, READ, e -> e.sendJson(200, Map.of(), "{\"status\":\"alive\"}"));
            case "/readyz" -> on(exchange, READ, this::ready);
            case "/metrics" -> on(exchange, READ, this::metrics);
            default -> exchange.refuse(404, "there is nothing at " + Shown.of(exchange.path()));
        }
    }

    private interface Step {
        void run(Exchange exchange);
    }

    private static void on(Exchange exchange, List<HttpMethod> methods, Step step) {
        if (methods.contains(exchange.method())) {
            exchange.guarded(() -> step.run(exchange));
            return;
        }
        String allowed = methods.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        exchange.send(Verdict.of(Problem.of(405, "method is " + exchange.method() + ", expected " + allowed))
                .with("Allow", allowed));
    }

    private void acquire(Exchange exchange) {
        requireJson(exchange);
        requireTrusted(exchange);
        exchange.readBody(body -> decide(exchange, AcquisitionJson.read(body), Verb.ACQUIRE));
    }

    private void peek(Exchange exchange) {
        requireJson(exchange);
        requireTrusted(exchange);
        exchange.readBody(body -> decide(exchange, AcquisitionJson.read(body), Verb.PEEK));
    }

    /** Everything is in the query: a body may be the client's, sent along by a proxy, and must not choose anything. */
    private void check(Exchange exchange) {
        Acquisition asked = AcquisitionQuery.read(exchange.query());
        if (asked.namesSomebody()) {
            requireTrusted(exchange);
        }
        decide(exchange, asked, Verb.CHECK);
    }

    private enum Verb {
        ACQUIRE,
        PEEK,
        CHECK
    }

    private void decide(Exchange exchange, Acquisition asked, Verb verb) {
        Asked policy = policies.get(asked.policy());
        if (policy == null) {
            throw new GuardException(404, "policy " + Shown.of(asked.policy()) + " is not known");
        }
        AsyncRateLimiter limiter = policy.limiter().tenant(asked.tenantOrDefault());
        exchange.isWhole();
        String subject = asked.subject() == null ? exchange.peer() : asked.subject();
        long start = System.nanoTime();
        CompletableFuture<Decision> answer =
                verb == Verb.PEEK ? limiter.peek(subject, asked.cost()) : limiter.tryAcquire(subject, asked.cost());
        var unused = answer.whenComplete((decision, error) -> {
            if (verb != Verb.PEEK) {
                count(policy.meters(), decision, error, System.nanoTime() - start);
            }
            exchange.onEventLoop(() -> exchange.guarded(() -> answer(exchange, verb, decision, error)));
        });
    }

    private static void count(
            Telemetry.OfPolicy meters, @Nullable Decision decision, @Nullable Throwable error, long nanos) {
        if (decision != null) {
            meters.decided(decision, nanos);
        } else if (error instanceof BackendUnavailableException) {
            meters.unavailable(nanos);
        }
    }

    private static void answer(Exchange exchange, Verb verb, @Nullable Decision decision, @Nullable Throwable error) {
        if (decision == null) {
            exchange.fail(error == null ? new IllegalStateException("neither a decision nor an error") : error);
            return;
        }
        Verdict verdict = Verdict.of(decision);
        if (verdict.passes() && verb != Verb.CHECK) {
            exchange.sendJson(verdict.status(), verdict.headers(), DecisionJson.of(decision));
        } else {
            exchange.send(verdict);
        }
    }

    private static void requireJson(Exchange exchange) {
        String type = exchange.header("Content-Type");
        int parameters = type == null ? -1 : type.indexOf(';');
        String media = type == null ? "" : (parameters < 0 ? type : type.substring(0, parameters)).strip();
        if (!media.equalsIgnoreCase("application/json")) {
            throw new GuardException(
                    415,
                    "Content-Type is " + (type == null ? "missing" : Shown.of(type)) + ", expected application/json");
        }
    }

    private void requireTrusted(Exchange exchange) {
        if (!trustedCallers.contain(exchange.peer())) {
            throw new GuardException(
                    403, "only trusted callers may name a subject or a tenant, and this peer is none of them");
        }
    }

    private void health(Exchange exchange) {
        whenPinged(
                exchange,
                alive -> exchange.sendJson(alive ? 200 : 503, Map.of(), Json.object(json -> {
                    json.writeStringField("status", alive ? "healthy" : "unhealthy");
                    json.writeStringField("version", about.version());
                    json.writeStringField("environment", about.environment());
                    json.writeObjectFieldStart("redis");
                    json.writeStringField("status", alive ? "connected" : "disconnected");
                    json.writeStringField("backend", backendField());
                    json.writeEndObject();
                })));
    }

    private void ready(Exchange exchange) {
        if (draining) {
            notReady(exchange, "draining");
            return;
        }
        whenPinged(exchange, alive -> {
            if (alive || guard.stats().degraded()) {
                // An instance that judges locally has to be asked for that.
                exchange.sendJson(200, Map.of(), "{\"status\":\"ready\"}");
            } else {
                notReady(exchange, "store");
            }
        });
    }

    private static void notReady(Exchange exchange, String reason) {
        exchange.sendJson(503, Map.of(), "{\"status\":\"not_ready\",\"reason\":\"" + reason + "\"}");
    }

    private void metrics(Exchange exchange) {
        exchange.offEventLoop(
                telemetry::scrape, text -> exchange.send(200, Map.of("Content-Type", Telemetry.CONTENT_TYPE), text));
    }

    private interface Pinged {
        void answer(boolean alive);
    }

    private void whenPinged(Exchange exchange, Pinged pinged) {
        exchange.isWhole();
        var unused = pinged().orTimeout(PING_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((sign, error) ->
                        exchange.onEventLoop(() -> exchange.guarded(() -> pinged.answer(error == null))));
    }

    /** A sign of life, or any failure: a store whose client throws is as dead as one that does not answer. */
    private CompletableFuture<Void> pinged() {
        try {
            return guard.ping().toCompletableFuture().copy();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The seed's word for the store: both clients of Redis are {@code redis}. */
    private String backendField() {
        return guard.backend().startsWith("redis-") ? "redis" : guard.backend();
    }
}
