package dev.gantry.controller.kube.type;

import dev.gantry.controller.kube.schema.Schema;
import java.util.Optional;

/**
 * What is known of a kind that another front end keeps.
 *
 * @param schema of an object, with the metadata that every object has
 * @param scale  where an object says how many replicas it has; empty for what has none
 */
public record Guest(Schema schema, Optional<Custom.Scale> scale) {}
