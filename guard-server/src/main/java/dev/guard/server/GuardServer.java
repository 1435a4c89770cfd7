package dev.guard.server;

import dev.guard.api.Guard;
import dev.guard.domain.Policy;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.BindException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * guard over HTTP. One event loop a core; each connection stays on one of them.
 */
final class GuardServer implements AutoCloseable {

    private static final int MAX_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 16 * 1024;
    private static final int MAX_CONNECTIONS = 10_000;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final Endpoints endpoints;
    private final Listening listening;
    private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private int port;

    private GuardServer(Vertx vertx, Endpoints endpoints, Listening listening) {
        this.vertx = vertx;
        this.endpoints = endpoints;
        this.listening = listening;
    }

    /**
     * Starts a server.
     *
     * @throws StartException if it cannot listen there
     */
    static GuardServer start(Listening listening, Guard guard, Collection<Policy> policies, About about) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors())
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
        Endpoints endpoints = new Endpoints(guard, policies, about, listening.trustedCallers());
        GuardServer server = new GuardServer(vertx, endpoints, listening);
        try {
            server.listen();
            return server;
        } catch (StartException e) {
            server.close();
            throw e;
        }
    }

    /** The port that it listens on. */
    int port() {
        return port;
    }

    /** The URL under which it can be tried from this machine. */
    String url() {
        return listening.url(port);
    }

    private void listen() {
        DeploymentOptions everyLoop =
                new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors());
        Future<String> deployed = vertx.deployVerticle(Loop::new, everyLoop);
        try {
            deployed.await(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            this.port = servers.get(0).actualPort();
        } catch (Exception e) {
            // await throws what the future failed with, checked or not
            throw cannotListen(e);
        }
    }

    private StartException cannotListen(Throwable cause) {
        String where = "port " + listening.port() + " on " + listening.host();
        return StartException.failed(
                cause instanceof BindException
                                && String.valueOf(cause.getMessage()).contains("in use")
                        ? where + " is in use; choose another one with --port"
                        : "cannot listen on " + where + ": " + cause.getMessage());
    }

    /**
     * Stops: from now on the server is not ready and accepts nothing, connections that are idle are closed, and requests in
     * flight may end.
     *
     * @param patience how long they may; what has not ended by then is cut off
     */
    void drain(Duration patience) {
        endpoints.drain();
        Future.join(servers.stream().map(server -> server.shutdown(patience)).toList())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    /** Stops at once, and gives back all that the server holds. */
    @Override
    public void close() {
        drain(Duration.ZERO);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** The same for every loop: they share one port, also where any free one will do. */
    private SocketAddress address() {
        return listening.port() == 0
                ? SocketAddress.sharedRandomPort(1, listening.host())
                : SocketAddress.inetSocketAddress(listening.port(), listening.host());
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setMaxInitialLineLength(MAX_LINE)
                .setMaxHeaderSize(MAX_HEADERS)
                .setHttp2ClearTextEnabled(false);
    }

    private final class Loop extends VerticleBase {
        @Override
        public Future<?> start() {
            Context loop = context;
            Connections connections = new Connections(vertx, listening.patience(), MAX_CONNECTIONS, open);
            HttpServer server = vertx.createHttpServer(options())
                    .connectionHandler(connections::add)
                    .requestHandler(request -> exchange(request, loop, connections)
                            .ifPresent(exchange -> exchange.guarded(() -> endpoints.handle(exchange))))
                    .invalidRequestHandler(request -> exchange(request, loop, connections)
                            .ifPresent(exchange -> refuseInvalid(exchange, request)));
            servers.add(server);
            return server.listen(address());
        }

        /** The exchange of a request, unless its connection is over and it must not be handled any more. */
        private Optional<Exchange> exchange(HttpServerRequest request, Context loop, Connections connections) {
            Connections.Watch watch = connections.of(request.connection());
            return watch.isOver()
                    ? Optional.empty()
                    : Optional.of(new Exchange(request, loop, watch, listening.maxBody()));
        }
    }

    private static void refuseInvalid(Exchange exchange, HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        if (cause instanceof TooLongHttpLineException) {
            exchange.refuseAndClose(414, "the request line is longer than " + MAX_LINE + " bytes");
        } else if (cause instanceof TooLongHttpHeaderException) {
            exchange.refuseAndClose(431, "the header fields are larger than " + MAX_HEADERS + " bytes");
        } else {
            exchange.refuseAndClose(400, "this is not a request that HTTP/1.1 allows");
        }
    }
}
