package dev.guard.hazelcast;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.networking.ChannelOption;
import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.internal.server.tcp.ChannelInitializerFunction;
import com.hazelcast.internal.server.tcp.UnifiedProtocolDecoder;
import com.hazelcast.internal.server.tcp.UnifiedProtocolEncoder;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperties;
import java.util.function.Function;

/**
 * What a member is made of: all as by default, but that it waits for the handshake of another one without spinning.
 *
 * <p>Hazelcast 5.7.0 writes to a connection from its beginning. Until the other side has answered the first three bytes, the encoder says
 * that there is nothing more to do, while there is more in the queue, so that the I/O thread asks it again at once, and never comes to
 * the other connections that it has. A member that hangs, whose machine still accepts connections (stopped, or in a long collection),
 * so keeps the others from talking to each other, until they, too, miss each other: what was one loss becomes two or three. Here the
 * encoder says that it is blocked, which it is: it is woken when the other side answers.
 */
final class PatientHandshakes extends DefaultNodeContext {

    private static final int KILOBYTE = 1024;

    @Override
    public NodeExtension createNodeExtension(Node node) {
        NodeExtension usual = super.createNodeExtension(node);
        return usual.getClass() == DefaultNodeExtension.class ? new Extension(node) : usual;
    }

    private static final class Extension extends DefaultNodeExtension {

        Extension(Node node) {
            super(node);
        }

        @Override
        public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(ServerContext server) {
            ChannelInitializerFunction initializers = new ChannelInitializerFunction(server, node.getConfig()) {
                @Override
                protected ChannelInitializer provideUnifiedChannelInitializer() {
                    return channel -> initialize(channel, server);
                }
            };
            initializers.init();
            return initializers;
        }
    }

    /** As Hazelcast initializes a channel on which members, or clients, may speak; but for the encoder. */
    private static void initialize(Channel channel, ServerContext server) {
        HazelcastProperties properties = server.properties();
        channel.options()
                .setOption(ChannelOption.DIRECT_BUF, properties.getBoolean(ClusterProperty.SOCKET_BUFFER_DIRECT))
                .setOption(ChannelOption.TCP_NODELAY, properties.getBoolean(ClusterProperty.SOCKET_NO_DELAY))
                .setOption(ChannelOption.SO_KEEPALIVE, properties.getBoolean(ClusterProperty.SOCKET_KEEP_ALIVE))
                .setOption(
                        ChannelOption.SO_SNDBUF,
                        properties.getInteger(ClusterProperty.SOCKET_SEND_BUFFER_SIZE) * KILOBYTE)
                .setOption(
                        ChannelOption.SO_RCVBUF,
                        properties.getInteger(ClusterProperty.SOCKET_RECEIVE_BUFFER_SIZE) * KILOBYTE)
                .setOption(ChannelOption.SO_LINGER, properties.getSeconds(ClusterProperty.SOCKET_LINGER_SECONDS))
                .setOption(ChannelOption.TCP_KEEPIDLE, properties.getInteger(ClusterProperty.SOCKET_KEEP_IDLE))
                .setOption(ChannelOption.TCP_KEEPCOUNT, properties.getInteger(ClusterProperty.SOCKET_KEEP_COUNT))
                .setOption(ChannelOption.TCP_KEEPINTERVAL, properties.getInteger(ClusterProperty.SOCKET_KEEP_INTERVAL));
        UnifiedProtocolEncoder encoder = new WaitingEncoder(server);
        channel.outboundPipeline().addLast(encoder);
        channel.inboundPipeline().addLast(new UnifiedProtocolDecoder(server, encoder));
    }

    /** Is in its place only until both sides know how they speak; then, what it answers last is not asked for. */
    private static final class WaitingEncoder extends UnifiedProtocolEncoder {

        WaitingEncoder(ServerContext server) {
            super(server);
        }

        @Override
        public HandlerStatus onWrite() {
            HandlerStatus status = super.onWrite();
            return status == HandlerStatus.CLEAN ? HandlerStatus.BLOCKED : status;
        }
    }
}
