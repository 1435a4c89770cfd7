package dev.guard.hazelcast;

import dev.guard.testing.architecture.ArchitectureRules;
import dev.guard.testing.architecture.GuardModule;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {
    @TestFactory
    Stream<DynamicTest> architecture() {
        return ArchitectureRules.tests(GuardModule.HAZELCAST, ArchitectureTest.class);
    }
}
