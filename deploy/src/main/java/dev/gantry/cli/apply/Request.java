package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** One call of the ECS API. */
public record Request(String operation, ObjectNode input) {}
