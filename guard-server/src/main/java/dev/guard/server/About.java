package dev.guard.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * What the server tells of itself.
 *
 * @param version the version of guard
 * @param environment the name of where it runs; told and used for nothing
 */
record About(String version, String environment) {

    static About of(Environment environment) {
        return new About(programVersion(), environment.get("ENVIRONMENT").orElse("development"));
    }

    static String programVersion() {
        try (InputStream version = About.class.getResourceAsStream("version.txt")) {
            return version == null ? "unknown" : new String(version.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("version.txt cannot be read", e);
        }
    }
}
