package io.tickwire.compat.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An answer as lines, with what may differ taken out of them. */
record AnswerLines(String key, AllowedDifferences allowed, CaseNames names) {

    void flatten(String path, JsonNode node, List<String> lines) {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                flatten(path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), lines);
            }
        } else if (node.isArray()) {
            array(path, node, lines);
        } else {
            lines.add(path + " = " + value(path, node));
        }
    }

    private void array(String path, JsonNode node, List<String> lines) {
        boolean isWithoutOthers = allowed.isWithoutOthers(key, path);
        if (allowed.isAllowed(key, path) && !isWithoutOthers) {
            lines.add(path + " count = any");
            return;
        }
        List<String> elements = new ArrayList<>();
        for (JsonNode element : node) {
            if (isWithoutOthers && !names.has(firstText(element))) {
                continue;
            }
            List<String> below = new ArrayList<>();
            flatten(path + "[]", element, below);
            elements.add(String.join("; ", below));
        }
        elements.sort(null);
        lines.add(path + " count = " + elements.size());
        lines.addAll(elements);
    }

    /** What an element is called: every kind of element that others make has its name before its other texts. */
    private static String firstText(JsonNode element) {
        for (Map.Entry<String, JsonNode> field : element.properties()) {
            if (field.getValue().isTextual()) {
                return field.getValue().asText();
            }
        }
        throw new IllegalArgumentException("an element without a name: " + element);
    }

    private String value(String path, JsonNode node) {
        if (allowed.isAnythingAllowed(key, path)) {
            return "anything";
        }
        return allowed.isAllowed(key, path) ? kind(node) : node.asText(node.toString());
    }

    /** What is left of a value that may differ: whether there is one. */
    private static String kind(JsonNode node) {
        if (node.isNull()) {
            return "null";
        }
        if (node.isNumber()) {
            // Identifiers may have any sign; what is absent is -1.
            return node.asLong() == -1 ? "-1" : "a number";
        }
        return node.asText().isEmpty() ? "empty" : "some";
    }
}
