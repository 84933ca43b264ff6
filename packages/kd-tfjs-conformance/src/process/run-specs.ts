// Imported after the tests, which have described their specs by then.
declare const jasmine: { getEnv(): { execute(): void } };

jasmine.getEnv().execute();
