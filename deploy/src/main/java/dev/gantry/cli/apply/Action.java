package dev.gantry.cli.apply;

import java.util.List;

/** What is to be done about one object. */
public sealed interface Action {

    ObjectId id();

    /** As printed once it is done: {@code created}, {@code configured}, {@code unchanged}, {@code deleted}. */
    String verb();

    /** In this order. */
    List<Request> requests();

    /** The object is as declared. */
    record Keep(ObjectId id) implements Action {
        @Override
        public String verb() {
            return "unchanged";
        }

        @Override
        public List<Request> requests() {
            return List.of();
        }
    }

    /** The object is not there. */
    record Create(ObjectId id, List<Request> requests) implements Action {
        @Override
        public String verb() {
            return "created";
        }
    }

    /** The object is there, but different. */
    record Configure(ObjectId id, List<Request> requests, List<Difference> differences) implements Action {
        @Override
        public String verb() {
            return "configured";
        }
    }

    /** The object is no longer declared. */
    record Delete(ObjectId id, List<Request> requests) implements Action {
        @Override
        public String verb() {
            return "deleted";
        }
    }
}
