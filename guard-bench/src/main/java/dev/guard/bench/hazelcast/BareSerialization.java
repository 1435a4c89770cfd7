package dev.guard.bench.hazelcast;

import com.hazelcast.internal.serialization.DataSerializerHook;
import com.hazelcast.nio.serialization.DataSerializableFactory;

/** Tells Hazelcast how the limit's processors are made again from bytes. Found on the class path. */
public final class BareSerialization implements DataSerializerHook {

    static final int FACTORY_ID = 0x6265_6e63;
    static final int PROCESSOR = 1;
    static final int NUMBER = 2;

    /** Called by Hazelcast. */
    public BareSerialization() {}

    @Override
    public int getFactoryId() {
        return FACTORY_ID;
    }

    @Override
    public DataSerializableFactory createFactory() {
        return id -> switch (id) {
            case PROCESSOR -> new BareProcessor();
            case NUMBER -> new BareNumber();
            default -> throw new IllegalArgumentException("class " + id + " is not known, expected 1 or 2");
        };
    }
}
