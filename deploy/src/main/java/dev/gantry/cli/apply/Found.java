package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Map;

/**
 * What the API says exists.
 *
 * @param objects   clusters and services as described, task definitions as their newest active revision with its tags
 * @param revisions ARNs of all active revisions of a task definition, where they may have to be deregistered
 */
public record Found(Map<ObjectId, JsonNode> objects, Map<ObjectId, List<String>> revisions) {

    JsonNode object(ObjectId id) {
        return objects.getOrDefault(id, MissingNode.getInstance());
    }
}
