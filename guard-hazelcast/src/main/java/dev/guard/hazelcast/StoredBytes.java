package dev.guard.hazelcast;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a backup does: it keeps the very bytes that the owner wrote, or removes the entry as the owner did. It judges nothing. */
final class StoredBytes implements EntryProcessor<String, byte[], Object>, IdentifiedDataSerializable {

    private static final long serialVersionUID = 1L;

    private transient byte @Nullable [] bytes;
    private transient long secondsToLive;

    /** For deserialization. */
    StoredBytes() {}

    StoredBytes(byte @Nullable [] bytes, long secondsToLive) {
        this.bytes = bytes;
        this.secondsToLive = secondsToLive;
    }

    @Override
    public @Nullable Object process(Map.Entry<String, byte[]> entry) {
        StoredState.set(entry, bytes, secondsToLive);
        return null;
    }

    @Override
    public @Nullable EntryProcessor<String, byte[], Object> getBackupProcessor() {
        return null;
    }

    @Override
    public int getFactoryId() {
        return GuardSerialization.FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return GuardSerialization.STORED_BYTES;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeByteArray(bytes);
        out.writeLong(secondsToLive);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        bytes = in.readByteArray();
        secondsToLive = in.readLong();
    }
}
