package dev.gantry.controller.aws;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/**
 * What an operation answers. Most answers only go out, and a tree of all that they say would cost as much as making
 * them; those who look into one ask for its tree.
 */
public interface Output {

    JsonNode tree();

    /** Writes only members that the service's model has, none that is absent, and times as AWS's JSON has them. */
    void writeTo(JsonGenerator json) throws IOException;
}
