package dev.gantry.cli.terminal;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.math.BigDecimal;

/** How results are printed: tables for people, the API's own objects for machines. */
public enum Format {
    table,
    wide,
    json,
    yaml,
    name;

    public boolean isForMachines() {
        return this == json || this == yaml;
    }

    /** Prints an API object unchanged. */
    public String print(JsonNode node) {
        JsonNode plain = withPlainNumbers(node);
        try {
            return (this == yaml ? YamlMapper.YAML.writeValueAsString(plain) : pretty(plain)).stripTrailing();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    private static String pretty(JsonNode node) throws JsonProcessingException {
        return new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
                .writeValueAsString(node);
    }

    /** Times are numbers of seconds, which nobody reads as 1.7E9. */
    private static JsonNode withPlainNumbers(JsonNode node) {
        return switch (node) {
            case DoubleNode number -> DecimalNode.valueOf(BigDecimal.valueOf(number.doubleValue()));
            case ArrayNode list -> {
                ArrayNode plain = list.arrayNode(list.size());
                list.forEach(element -> plain.add(withPlainNumbers(element)));
                yield plain;
            }
            case ObjectNode object -> {
                ObjectNode plain = object.objectNode();
                object.properties().forEach(member -> plain.set(member.getKey(), withPlainNumbers(member.getValue())));
                yield plain;
            }
            default -> node;
        };
    }

    /** Loaded on first use only: most commands print no YAML and should not pay for it at start. */
    private static final class YamlMapper {
        static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN));
    }
}
