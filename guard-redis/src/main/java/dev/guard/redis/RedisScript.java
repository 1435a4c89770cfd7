package dev.guard.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A script, and the name that the server knows it by. */
final class RedisScript {

    /** Judges any operations on one key. */
    static final RedisScript MODEL = new RedisScript(resource("opening.lua") + resource("model.lua"));

    private final byte[] text;
    private final byte[] sha;

    private RedisScript(String text) {
        this.text = text.getBytes(StandardCharsets.UTF_8);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(this.text);
            this.sha = HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-1", e);
        }
    }

    byte[] text() {
        return text;
    }

    byte[] sha() {
        return sha;
    }

    /**
     * A script that does something of its own, and goes on to {@link #MODEL} where it does not return. The model is a function there: a script
     * that is run sets all its local variables to nil first, and the model has many.
     */
    static RedisScript beforeTheModel(String text) {
        return new RedisScript(
                resource("opening.lua") + text + "return (function()\n" + resource("model.lua") + "end)()\n");
    }

    /** The text of a resource beside this class. */
    static String resource(String name) {
        try (InputStream in = RedisScript.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("the resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
