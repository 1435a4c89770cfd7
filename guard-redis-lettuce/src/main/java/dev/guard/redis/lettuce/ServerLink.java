package dev.guard.redis.lettuce;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.DefaultEndpoint;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection to one server: the one that was named, or the one that the sentinels name. */
final class ServerLink implements Link, RedisConnectionStateListener {

    private static final String UNKNOWN = "primary";

    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final boolean handedIn;
    private final Runnable connected;
    private volatile String name;
    private volatile boolean used;

    private ServerLink(
            StatefulRedisConnection<byte[], byte[]> connection,
            boolean handedIn,
            Runnable connected,
            @Nullable SocketAddress address) {
        this.connection = connection;
        this.handedIn = handedIn;
        this.connected = connected;
        this.name = name(address);
    }

    /**
     * Connects.
     *
     * @param connected told of every new connection after the first
     */
    static ServerLink open(RedisClient client, Runnable connected, String where) {
        Arrivals arrivals = new Arrivals();
        client.addListener(arrivals);
        try {
            StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE);
            SocketAddress address = arrivals.await(connection, connection.getTimeout());
            ServerLink link = new ServerLink(connection, false, connected, address);
            connection.addListener(link);
            return link;
        } catch (RuntimeException e) {
            throw LettuceFailures.ofConnecting(e, where);
        } finally {
            client.removeListener(arrivals);
        }
    }

    @SuppressWarnings(
            "unchecked") // Calls write and read bytes themselves; the connection's codec has nothing to do with them.
    static ServerLink over(StatefulRedisConnection<?, ?> connection) {
        ServerLink link = new ServerLink((StatefulRedisConnection<byte[], byte[]>) connection, true, () -> {}, null);
        connection.addListener(link);
        return link;
    }

    @Override
    public void onRedisConnected(RedisChannelHandler<?, ?> opened, SocketAddress address) {
        name = name(address);
        connected.run();
    }

    private static String name(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            return inet.getHostString() + ":" + inet.getPort();
        }
        return address == null ? UNKNOWN : address.toString();
    }

    /** Whether the connection leads to an address. */
    boolean leadsTo(SocketAddress address) {
        return name.equals(name(address));
    }

    /** Whether there were calls since this was last asked. */
    boolean wasUsed() {
        boolean answer = used;
        used = false;
        return answer;
    }

    @Override
    public void send(Call call) {
        if (!used) {
            used = true;
        }
        call.carriedBy(connection.dispatch(call));
    }

    @Override
    public List<Server> servers() {
        return List.of(new Server(name, this::send));
    }

    @Override
    public StatefulConnection<?, ?> connection() {
        return connection;
    }

    @Override
    public void renew() {
        if (connection instanceof RedisChannelHandler<?, ?> handler
                && handler.getChannelWriter() instanceof DefaultEndpoint endpoint) {
            endpoint.disconnect();
        }
    }

    @Override
    public void close() {
        connection.removeListener(this);
        if (!handedIn) {
            connection.close();
        }
    }
}
