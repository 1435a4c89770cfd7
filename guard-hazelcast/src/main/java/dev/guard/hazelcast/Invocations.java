package dev.guard.hazelcast;

import com.hazelcast.client.impl.clientside.HazelcastClientInstanceImpl;
import com.hazelcast.client.impl.clientside.HazelcastClientProxy;
import com.hazelcast.client.impl.protocol.codec.MapSubmitToKeyCodec;
import com.hazelcast.client.impl.spi.impl.ClientInvocation;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.map.IMap;
import com.hazelcast.map.impl.proxy.MapProxyImpl;
import com.hazelcast.spi.impl.SerializationServiceSupport;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a command gets to the member that owns its key, and the answer back.
 *
 * <p>{@link IMap#submitToKey} gives every answer to Hazelcast's executor of stages, whether somebody waits for it there or not. That is
 * the common pool, or a new thread for each call where the pool has but one, as it has on two processors: an answer then costs
 * several times what the judgement does. So a command takes the way that the method takes itself, one layer below, where the
 * instance is a member's or a client's own; that layer is internal to Hazelcast. Another kind of instance, as one that wraps
 * another, is asked by the method.
 */
@FunctionalInterface
interface Invocations {

    /**
     * Sends a command to the owner of the key.
     *
     * @param then is given the answer or the error, on a thread that Hazelcast needs: nothing there may block
     * @throws RuntimeException if nothing was sent; {@code then} is told nothing
     */
    void send(String key, CommandProcessor command, Listener then);

    /** Who is told what came of a command. */
    @FunctionalInterface
    interface Listener {

        /** Told the answer, or else the error. */
        void told(byte @Nullable [] answer, @Nullable Throwable error);
    }

    static Invocations of(HazelcastInstance instance, IMap<String, byte[]> map) {
        if (map instanceof MapProxyImpl<String, byte[]> proxy
                && instance instanceof SerializationServiceSupport member) {
            return ofMember(instance, proxy, member.getSerializationService());
        }
        if (instance instanceof HazelcastClientProxy client) {
            return ofClient(client.client, map.getName());
        }
        return (key, command, then) -> whenAnswered(map.submitToKey(key, command), then::told);
    }

    private static Invocations ofMember(
            HazelcastInstance instance, MapProxyImpl<String, byte[]> map, SerializationService serialization) {
        return (key, command, then) -> {
            command.setHazelcastInstance(instance);
            whenAnswered(
                    map.executeOnKeyInternal(key, command), (data, error) -> told(serialization, data, error, then));
        };
    }

    private static Invocations ofClient(HazelcastClientInstanceImpl client, String map) {
        SerializationService serialization = client.getSerializationService();
        return (key, command, then) -> {
            Data name = serialization.toData(key);
            var request = MapSubmitToKeyCodec.encodeRequest(
                    map,
                    serialization.toData(command),
                    name,
                    Thread.currentThread().getId());
            int partition = client.getClientPartitionService().getPartitionId(name);
            whenAnswered(
                    new ClientInvocation(client, request, map, partition).invoke(),
                    (response, error) -> told(
                            serialization,
                            response == null ? null : MapSubmitToKeyCodec.decodeResponse(response),
                            error,
                            then));
        };
    }

    /** A stage of Hazelcast's has another idea of what happens on the thread that completes it; so the thread is asked for by name. */
    private static <T> void whenAnswered(CompletionStage<T> answer, BiConsumer<? super T, ? super Throwable> then) {
        var unused = answer.whenCompleteAsync(then, Runnable::run);
    }

    private static void told(
            SerializationService serialization, @Nullable Data answer, @Nullable Throwable error, Listener then) {
        byte[] bytes = null;
        Throwable failed = error;
        try {
            bytes = answer == null ? null : serialization.toObject(answer);
        } catch (RuntimeException e) {
            failed = e;
        }
        then.told(bytes, failed);
    }
}
