package dev.gantry.controller.scheduler.query;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a comparison is about.
 *
 * @param name the attribute's name, empty for the other kinds
 */
record Subject(Kind kind, String name) {

    enum Kind {
        AGENT_CONNECTED("agentConnected", EnumSet.of(Operator.EQUAL, Operator.NOT_EQUAL)),
        AGENT_VERSION("agentVersion", EnumSet.allOf(Operator.class)),
        ATTRIBUTE("attribute:<name>", EnumSet.allOf(Operator.class)),
        INSTANCE_ID("ec2InstanceId", EnumSet.allOf(Operator.class)),
        REGISTERED_AT("registeredAt", Operator.WITHOUT_PATTERNS),
        RUNNING_TASKS("runningTasksCount", Operator.WITHOUT_PATTERNS),
        TASK_GROUP("task:group", Operator.WITHOUT_ORDER);

        private final String spelling;

        @SuppressWarnings("ImmutableEnumChecker") // All that come here are unmodifiable.
        private final Set<Operator> operators;

        Kind(String spelling, Set<Operator> operators) {
            this.spelling = spelling;
            this.operators = Set.copyOf(operators);
        }

        String spelling() {
            return spelling;
        }

        boolean takes(Operator operator) {
            return operators.contains(operator);
        }

        /** Whether it depends on what runs on the node, and so changes with every placement. */
        boolean isAboutWorkloads() {
            return this == RUNNING_TASKS || this == TASK_GROUP;
        }
    }
}
