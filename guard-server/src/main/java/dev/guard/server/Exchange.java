package dev.guard.server;

import dev.guard.http.ClientAddress;
import dev.guard.http.Problem;
import dev.guard.http.Verdict;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer. Lives on one event loop, and answers once. */
final class Exchange {

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    private static final String JSON = "application/json";

    /** How long a connection that is about to be closed is still read, so that its client sees the answer. */
    private static final long LINGER_MILLIS = 1_000;

    private final HttpServerRequest request;
    private final Context context;
    private final Connections.Watch watch;
    private final int maxBody;
    private boolean bodyIsWanted;
    private boolean bodyIsTooLarge;
    private boolean isUnclear;

    Exchange(HttpServerRequest request, Context context, Connections.Watch watch, int maxBody) {
        this.request = request;
        this.context = context;
        this.watch = watch;
        this.maxBody = maxBody;
    }

    /**
     * What makes the request one that a proxy in between may have understood in another way, so that it ends somewhere
     * else or is for somebody else; the parser lets these pass.
     */
    Optional<String> flaw() {
        MultiMap headers = request.headers();
        if (request.version() != HttpVersion.HTTP_1_0 && headers.getAll("Host").size() != 1) {
            return Optional.of("the Host header field is missing or given twice, expected it once");
        }
        List<String> codings = headers.getAll("Transfer-Encoding");
        if (!codings.isEmpty() && !(codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"))) {
            return Optional.of(
                    "the Transfer-Encoding header field is not chunked alone, which is all that is understood");
        }
        if (headers.contains("")) {
            return Optional.of("a header field has no name");
        }
        return Optional.empty();
    }

    /** The path; empty where the request's target has none. */
    String path() {
        String path = request.path();
        return path == null ? "" : path;
    }

    HttpMethod method() {
        return request.method();
    }

    @Nullable
    String query() {
        return request.query();
    }

    @Nullable
    String header(String name) {
        return request.getHeader(name);
    }

    /** The address that the connection comes from. No header field is believed. */
    String peer() {
        return ClientAddress.parse(request.remoteAddress().hostAddress());
    }

    /** The request is there as a whole: from now on its connection waits for us, and we not for it. */
    void isWhole() {
        watch.progressed();
    }

    /** Does what may take its time on another thread, and goes on with the result on this exchange's event loop. */
    <T> void offEventLoop(Callable<T> work, Handler<T> then) {
        var unused = context.executeBlocking(work, false)
                .onSuccess(result -> guarded(() -> then.handle(result)))
                .onFailure(this::fail);
    }

    /** Runs something on this exchange's event loop: now, if that is where the caller is. */
    void onEventLoop(Runnable action) {
        if (context == Vertx.currentContext()) {
            action.run();
        } else {
            context.runOnContext(ignored -> action.run());
        }
    }

    /**
     * Reads the body and goes on with it; one that is larger than allowed is answered with 413 as soon as that is known,
     * and no more of it is kept.
     */
    void readBody(Handler<byte[]> then) {
        if (declaredLength() > maxBody) {
            refuseBody();
            return;
        }
        bodyIsWanted = true;
        if (expectsContinue()) {
            var unused = request.response().writeContinue();
        }
        Buffer body = Buffer.buffer();
        request.handler(chunk -> {
            if (bodyIsTooLarge) {
                return;
            }
            if (body.length() + chunk.length() > maxBody) {
                refuseBody();
            } else {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(ignored -> {
            if (!bodyIsTooLarge) {
                guarded(() -> then.handle(body.getBytes()));
            }
        });
    }

    /** Runs a step of the exchange; what it throws is the answer. */
    void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Answers with a failure. What is not one of guard's own is a fault of the server, and logged. */
    void fail(Throwable failure) {
        Verdict verdict = Verdict.ofFailure(failure);
        if (verdict.status() == 500) {
            log.error("{} {} failed", method(), Shown.printable(path()), failure);
        }
        send(verdict);
    }

    /** Answers with a problem. */
    void refuse(int status, String detail) {
        send(Verdict.of(Problem.of(status, detail)));
    }

    /** Answers with a problem, and takes no other request from the connection: who knows where this one ends. */
    void refuseAndClose(int status, String detail) {
        isUnclear = true;
        refuse(status, detail);
    }

    /** Answers with a verdict as it is: an allowed one has no body. */
    void send(Verdict verdict) {
        send(verdict.status(), verdict.headers(), verdict.body());
    }

    /** Answers with JSON. */
    void sendJson(int status, Map<String, String> headers, String json) {
        request.response().putHeader("Content-Type", JSON);
        send(status, headers, json);
    }

    /** Answers with a text of some media type. */
    void send(int status, Map<String, String> headers, String body) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status);
        headers.forEach(response::putHeader);
        response.putHeader("Cache-Control", "no-store");
        response.putHeader("Date", HttpDate.now());
        boolean last = isLast();
        if (last) {
            response.putHeader("Connection", "close");
            watch.ends();
        }
        Buffer bytes = Buffer.buffer(body);
        Future<Void> sent;
        if (method().equals(HttpMethod.HEAD)) {
            response.putHeader("Content-Length", Integer.toString(bytes.length()));
            sent = response.end();
        } else {
            sent = response.end(bytes);
        }
        watch.progressed();
        if (last) {
            var unused = sent.onComplete(ignored -> closeAfterwards());
        }
    }

    private void refuseBody() {
        bodyIsTooLarge = true;
        refuse(413, "body is larger than " + maxBody + " bytes, the most that is read");
    }

    /**
     * Whether no other request can follow on the connection: the client said so, or nobody knows where this one ends, or
     * the rest of the body is not worth reading, or the client waits to be asked for it and never will be.
     */
    private boolean isLast() {
        return isUnclear
                || saysLast()
                || bodyIsTooLarge
                || declaredLength() > maxBody
                || (expectsContinue() && !bodyIsWanted);
    }

    private boolean saysLast() {
        String connection = header("Connection");
        return request.version() == HttpVersion.HTTP_1_0
                ? !"keep-alive".equalsIgnoreCase(connection)
                : "close".equalsIgnoreCase(connection);
    }

    /**
     * Closes the connection once the client has sent all it wanted to, at the latest after {@value #LINGER_MILLIS} ms: if
     * it were closed with something unread, the client could lose the answer.
     */
    private void closeAfterwards() {
        if (request.isEnded()) {
            watch.close();
            return;
        }
        request.handler(ignored -> {});
        request.endHandler(ignored -> watch.close());
        context.owner().setTimer(LINGER_MILLIS, ignored -> watch.close());
    }

    private boolean expectsContinue() {
        return "100-continue".equalsIgnoreCase(header("Expect"));
    }

    private long declaredLength() {
        String length = header("Content-Length");
        if (length == null) {
            return 0;
        }
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
