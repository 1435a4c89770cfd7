package dev.guard.bench.hazelcast;

import com.hazelcast.nio.serialization.Serializer;
import com.hazelcast.nio.serialization.SerializerHook;
import io.github.bucket4j.grid.hazelcast.HazelcastEntryProcessor;
import io.github.bucket4j.grid.hazelcast.SimpleBackupProcessor;
import io.github.bucket4j.grid.hazelcast.VersionedBackupProcessor;
import io.github.bucket4j.grid.hazelcast.serialization.HazelcastEntryProcessorSerializer;
import io.github.bucket4j.grid.hazelcast.serialization.SimpleBackupProcessorSerializer;
import io.github.bucket4j.grid.hazelcast.serialization.VersionedBackupProcessorSerializer;

/**
 * Tells Hazelcast of the serializers that Bucket4j has for its processors, which would go through Java's serialization otherwise. Found
 * on the class path, so that the members have the same configuration whoever is measured.
 */
@SuppressWarnings("rawtypes") // Hazelcast asks for the class.
public abstract class Bucket4jSerialization<T> implements SerializerHook<T> {

    private static final int FIRST_TYPE = 10_000;

    private final Class<T> type;
    private final Serializer serializer;

    private Bucket4jSerialization(Class<T> type, Serializer serializer) {
        this.type = type;
        this.serializer = serializer;
    }

    @Override
    public Class<T> getSerializationType() {
        return type;
    }

    @Override
    public Serializer createSerializer() {
        return serializer;
    }

    @Override
    public boolean isOverwritable() {
        return false;
    }

    /** What asks. */
    public static final class OfProcessor extends Bucket4jSerialization<HazelcastEntryProcessor> {
        /** Called by Hazelcast. */
        public OfProcessor() {
            super(HazelcastEntryProcessor.class, new HazelcastEntryProcessorSerializer(FIRST_TYPE));
        }
    }

    /** What a backup does. */
    public static final class OfBackup extends Bucket4jSerialization<SimpleBackupProcessor> {
        /** Called by Hazelcast. */
        public OfBackup() {
            super(SimpleBackupProcessor.class, new SimpleBackupProcessorSerializer(FIRST_TYPE + 1));
        }
    }

    /** What a backup does where entries expire. */
    public static final class OfExpiringBackup extends Bucket4jSerialization<VersionedBackupProcessor> {
        /** Called by Hazelcast. */
        public OfExpiringBackup() {
            super(VersionedBackupProcessor.class, new VersionedBackupProcessorSerializer(FIRST_TYPE + 2));
        }
    }
}
