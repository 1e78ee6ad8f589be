package dev.gantry.agent.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;

/**
 * An answer.
 *
 * @param status of HTTP
 */
record Reply(int status, JsonNode body) {

    static Reply of(JsonNode body) {
        return new Reply(200, body);
    }

    /** A failure is told in a sentence, as AWS's agent does. */
    static Reply failure(int status, String sentence) {
        return new Reply(status, TextNode.valueOf(sentence));
    }
}
