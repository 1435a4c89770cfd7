package dev.guard.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The report for programs. */
public final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Json() {}

    public static String of(Report report) throws JsonProcessingException {
        ObjectNode root = MAPPER.createObjectNode()
                .put("date", report.date().toString())
                .put("quick", report.quick())
                .put("rounds", report.rounds())
                .put("machine", report.machine());
        ArrayNode items = root.putArray("items");
        for (Report.Item item : report.items()) {
            ObjectNode node = items.addObject().put("id", item.id()).put("title", item.title());
            ArrayNode rows = node.putArray("contestants");
            for (Report.Row row : item.rows()) {
                append(rows.addObject(), row);
            }
            ArrayNode bars = node.putArray("bars");
            for (Report.Verdict verdict : item.bars()) {
                verdict.measured()
                        .ifPresent(measured -> bars.addObject()
                                .put("bar", verdict.bar())
                                .put("measured", measured)
                                .put("reached", verdict.reached()));
            }
        }
        return MAPPER.writeValueAsString(root) + "\n";
    }

    private static void append(ObjectNode node, Report.Row row) {
        node.put("name", row.name()).put("role", row.role().name());
        ObjectNode medians = node.putObject("medians");
        row.medians().forEach((metric, median) -> medians.put(metric.label() + " " + metric.unit(), median));
        row.toLimit()
                .ifPresent(ratio -> node.putObject("toLimit")
                        .put("median", ratio.median())
                        .put("least", ratio.least())
                        .put("largest", ratio.largest()));
    }
}
