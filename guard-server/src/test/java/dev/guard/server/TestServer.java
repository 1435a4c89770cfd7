package dev.guard.server;

import dev.guard.api.Guard;
import dev.guard.api.ManualTime;
import dev.guard.domain.Policy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** A server on a free port of this machine, under a time that stands still, and a client that asks it. */
final class TestServer implements AutoCloseable {

    static final About ABOUT = new About("1.2.3", "test");

    final ManualTime time = new ManualTime();
    private final Guard guard;
    private final GuardServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestServer(Listening listening, Guard given, List<Policy> policies) {
        this.guard = given == null ? Guard.inMemory(time) : given;
        this.server = GuardServer.start(listening.withPort(0), guard, policies, ABOUT);
    }

    /** A server in memory with the policies that a YAML text holds. */
    static TestServer with(String policies) {
        return with(policies, listening -> listening);
    }

    static TestServer with(String policies, UnaryOperator<Listening> listening) {
        return new TestServer(
                listening.apply(Listening.DEFAULT),
                null,
                PolicyReader.read(YamlFile.of("test.yaml", policies)).all());
    }

    /** A server over a guard of the test's own. */
    static TestServer over(Guard guard, List<Policy> policies) {
        return over(guard, policies, listening -> listening);
    }

    static TestServer over(Guard guard, List<Policy> policies, UnaryOperator<Listening> listening) {
        return new TestServer(listening.apply(Listening.DEFAULT), guard, policies);
    }

    int port() {
        return server.port();
    }

    String url() {
        return server.url();
    }

    GuardServer server() {
        return server;
    }

    HttpResponse<String> get(String path) {
        return send("GET", path, null, null);
    }

    HttpResponse<String> head(String path) {
        return send("HEAD", path, null, null);
    }

    HttpResponse<String> post(String path, String json) {
        return send("POST", path, "application/json", json);
    }

    HttpResponse<String> send(String method, String path, String contentType, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    @Override
    public void close() {
        server.close();
        guard.close();
    }
}
