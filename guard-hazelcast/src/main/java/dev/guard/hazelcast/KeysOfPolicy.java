package dev.guard.hazelcast;

import com.hazelcast.internal.serialization.impl.SerializationConstants;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.query.Predicate;
import com.hazelcast.query.impl.QueryableEntry;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The keys that begin with a stem. Values are not looked at, and keys that are no strings are not deserialized. */
final class KeysOfPolicy implements Predicate<String, byte[]>, IdentifiedDataSerializable {

    private static final long serialVersionUID = 1L;

    private transient @Nullable String stem;

    /** For deserialization. */
    KeysOfPolicy() {}

    KeysOfPolicy(String stem) {
        this.stem = stem;
    }

    @Override
    public boolean apply(Map.Entry<String, byte[]> entry) {
        boolean isText = !(entry instanceof QueryableEntry<?, ?> lazy)
                || lazy.getKeyData().getType() == SerializationConstants.CONSTANT_TYPE_STRING;
        return isText && entry.getKey().startsWith(Objects.requireNonNull(stem, "stem"));
    }

    @Override
    public int getFactoryId() {
        return GuardSerialization.FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return GuardSerialization.KEYS_OF_POLICY;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(stem);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        stem = in.readString();
    }
}
