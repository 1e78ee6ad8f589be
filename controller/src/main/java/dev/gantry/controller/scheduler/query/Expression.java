package dev.gantry.controller.scheduler.query;

import java.util.List;

/** The tree of a query. */
sealed interface Expression {

    /** Whether an answer may change when a workload comes or goes. */
    boolean isAboutWorkloads();

    record And(List<Expression> parts) implements Expression {
        @Override
        public boolean isAboutWorkloads() {
            return parts.stream().anyMatch(Expression::isAboutWorkloads);
        }
    }

    record Or(List<Expression> parts) implements Expression {
        @Override
        public boolean isAboutWorkloads() {
            return parts.stream().anyMatch(Expression::isAboutWorkloads);
        }
    }

    record Not(Expression part) implements Expression {
        @Override
        public boolean isAboutWorkloads() {
            return part.isAboutWorkloads();
        }
    }

    record Comparison(Subject subject, Operator operator, List<Value> arguments) implements Expression {
        @Override
        public boolean isAboutWorkloads() {
            return subject.kind().isAboutWorkloads();
        }
    }
}
