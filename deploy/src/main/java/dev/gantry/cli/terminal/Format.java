package dev.gantry.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;

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
        try {
            return (this == yaml ? YamlMapper.YAML.writeValueAsString(node) : pretty(node)).stripTrailing();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    private static String pretty(JsonNode node) throws JsonProcessingException {
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(node);
    }

    /** Loaded on first use only: most commands print no YAML and should not pay for it at start. */
    private static final class YamlMapper {
        static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS));
    }
}
