package dev.gantry.controller.kube.decode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A body that was understood.
 *
 * @param warnings for the client, one a header
 */
public record Decoded(ObjectNode object, List<String> warnings) {}
