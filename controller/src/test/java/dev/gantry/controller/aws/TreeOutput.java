package dev.gantry.controller.aws;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** An answer that a test has as a tree. */
public record TreeOutput(JsonNode tree) implements Output {

    private static final ObjectMapper TREES = new ObjectMapper();

    @Override
    public void writeTo(JsonGenerator json) throws IOException {
        TREES.writeTree(json, tree);
    }
}
