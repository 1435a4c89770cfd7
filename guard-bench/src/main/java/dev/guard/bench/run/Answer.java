package dev.guard.bench.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;

/** What a forked measurement tells the run that forked it: one line of its output, with a number for each metric. */
public final class Answer {

    private static final String PREFIX = "answer ";
    private static final ObjectMapper JSON = new ObjectMapper();

    private Answer() {}

    /** Tells it. */
    public static void give(Map<Metric, Double> numbers) throws JsonProcessingException {
        System.out.println(PREFIX + JSON.writeValueAsString(numbers));
    }

    /** Whether this line of output is an answer. */
    static boolean isIn(String line) {
        return line.startsWith(PREFIX);
    }

    /** The numbers of an answer. */
    static Map<Metric, Double> parse(String line) throws JsonProcessingException {
        return JSON.readValue(line.substring(PREFIX.length()), new TypeReference<>() {});
    }
}
