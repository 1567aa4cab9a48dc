package lessons;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Lessons of a school: rooms, links into them, and what happens in them. */
@SpringBootApplication
public class Lessons {
    public static void main(String[] args) {
        SpringApplication.run(Lessons.class, args);
    }
}
