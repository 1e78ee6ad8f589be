@NullMarked
package dev.gantry.controller.ack;

import org.jspecify.annotations.NullMarked;
